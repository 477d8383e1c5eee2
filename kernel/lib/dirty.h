/*
 * One bit for each page of the arena: whether it was touched since it came from the host, where it was zero. A summary
 * of one bit per chunk keeps walks over large untouched ranges from touching the bits themselves. No locks of its own.
 */
#ifndef KERNEL_LIB_DIRTY_H
#define KERNEL_LIB_DIRTY_H

#include <stddef.h>
#include <stdint.h>

struct dirty_map {
	uint64_t *bits;
	uint64_t *chunks; /* bit n: a bit of chunk n may be set */
};

/* Uses the zeroed memory at `memory`; returns how many bytes of it. */
size_t dirty_map_init(struct dirty_map *map, void *memory, size_t pages);

void dirty_set(struct dirty_map *map, uint32_t page, uint32_t count);
void dirty_clear(struct dirty_map *map, uint32_t page, uint32_t count);
/* How many pages of the range are dirty. */
uint32_t dirty_count(const struct dirty_map *map, uint32_t page, uint32_t count);
/* The smallest range that has all dirty pages of the given one: its first page, its length in *count, perhaps 0. */
uint32_t dirty_bounds(const struct dirty_map *map, uint32_t page, uint32_t *count);
/* Zeroes the dirty pages of the range; page 0 is at `first`. */
void dirty_zero(const struct dirty_map *map, uint32_t page, uint32_t count, char *first);

#endif
