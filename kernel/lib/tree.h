/*
 * Intrusive balanced binary search trees (AVL). The caller searches and says where a node goes; `update`, if not NULL,
 * recomputes a node's summary from its children (largest gap below and the like), bottom up.
 */
#ifndef KERNEL_LIB_TREE_H
#define KERNEL_LIB_TREE_H

#include <stddef.h>
#include <stdint.h>

struct tree_node {
	struct tree_node *parent;
	struct tree_node *left;
	struct tree_node *right;
	int8_t height;
};

struct tree {
	struct tree_node *root;
	void (*update)(struct tree_node *node);
};

/* Puts the node at *link, an empty child pointer of parent (or &tree->root with parent NULL), and rebalances. */
void tree_insert(struct tree *tree, struct tree_node *parent, struct tree_node **link, struct tree_node *node);
void tree_remove(struct tree *tree, struct tree_node *node);
/* Recomputes summaries from the node to the root, after its own contribution changed. */
void tree_update(struct tree *tree, struct tree_node *node);

struct tree_node *tree_first(const struct tree *tree);
struct tree_node *tree_last(const struct tree *tree);
struct tree_node *tree_next(const struct tree_node *node);
struct tree_node *tree_prev(const struct tree_node *node);

#endif
