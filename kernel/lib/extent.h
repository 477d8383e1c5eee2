/*
 * Extents of free pages, coalesced, in two trees: by size and address for best fit, by address for neighbours. Nodes
 * come from memory of its own, sized for the worst case: adding never fails. No locks of its own.
 */
#ifndef KERNEL_LIB_EXTENT_H
#define KERNEL_LIB_EXTENT_H

#include "kernel/lib/dirty.h"
#include "kernel/lib/tree.h"

struct extent {
	struct tree_node by_address;
	struct tree_node by_size;
	uint32_t start;
	uint32_t count;
	uint32_t dirty;         /* of its pages */
	uint32_t dirty_largest; /* largest such number in the subtree by address */
};

struct extents {
	struct tree by_address;
	struct tree by_size;
	struct extent *nodes;
	uint32_t nodes_touched;
	struct tree_node *spare; /* unused nodes, linked by `right` */
};

/* Uses the zeroed memory at `memory`; returns how many bytes of it. */
size_t extents_init(struct extents *extents, void *memory, size_t pages);
/* Adds pages that are in no extent; merges. */
void extents_add(struct extents *extents, uint32_t start, uint32_t count, uint32_t dirty);
/* Takes `count` pages off the front of the smallest extent that has them: the first page, or -1. */
int64_t extents_take(struct extents *extents, const struct dirty_map *map, uint32_t count);
/* Takes a given part out of an extent. */
void extents_carve(struct extents *extents, const struct dirty_map *map, struct extent *extent, uint32_t start,
		   uint32_t count);
/* The extent with the most dirty pages, or NULL. */
struct extent *extents_dirtiest(const struct extents *extents);

#endif
