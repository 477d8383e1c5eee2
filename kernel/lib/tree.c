/* AVL trees with parent pointers. */
#include "kernel/lib/tree.h"

static int node_height(const struct tree_node *node)
{
	return node ? node->height : 0;
}

static int node_balance(const struct tree_node *node)
{
	return node_height(node->left) - node_height(node->right);
}

static void node_refresh(struct tree *tree, struct tree_node *node)
{
	int left = node_height(node->left);
	int right = node_height(node->right);

	node->height = (int8_t)((left > right ? left : right) + 1);
	if (tree->update)
		tree->update(node);
}

/* The pointer that leads to a node. */
static struct tree_node **node_link(struct tree *tree, struct tree_node *node)
{
	struct tree_node *parent = node->parent;

	if (!parent)
		return &tree->root;
	return parent->left == node ? &parent->left : &parent->right;
}

static struct tree_node *rotate_left(struct tree *tree, struct tree_node *node)
{
	struct tree_node *up = node->right;

	*node_link(tree, node) = up;
	up->parent = node->parent;
	node->right = up->left;
	if (node->right)
		node->right->parent = node;
	up->left = node;
	node->parent = up;
	node_refresh(tree, node);
	node_refresh(tree, up);
	return up;
}

static struct tree_node *rotate_right(struct tree *tree, struct tree_node *node)
{
	struct tree_node *up = node->left;

	*node_link(tree, node) = up;
	up->parent = node->parent;
	node->left = up->right;
	if (node->left)
		node->left->parent = node;
	up->right = node;
	node->parent = up;
	node_refresh(tree, node);
	node_refresh(tree, up);
	return up;
}

/* Restores balance and summary of one subtree whose children are right; returns its root. */
static struct tree_node *node_rebalance(struct tree *tree, struct tree_node *node)
{
	int balance = node_balance(node);

	if (balance > 1) {
		if (node_balance(node->left) < 0)
			rotate_left(tree, node->left);
		return rotate_right(tree, node);
	}
	if (balance < -1) {
		if (node_balance(node->right) > 0)
			rotate_right(tree, node->right);
		return rotate_left(tree, node);
	}
	node_refresh(tree, node);
	return node;
}

/* From the lowest changed node to the root; without summaries only as far as heights change. */
static void tree_repair(struct tree *tree, struct tree_node *node)
{
	while (node) {
		int8_t height = node->height;

		node = node_rebalance(tree, node);
		if (node->height == height && !tree->update)
			return;
		node = node->parent;
	}
}

void tree_insert(struct tree *tree, struct tree_node *parent, struct tree_node **link, struct tree_node *node)
{
	node->parent = parent;
	node->left = NULL;
	node->right = NULL;
	*link = node;
	node_refresh(tree, node);
	tree_repair(tree, parent);
}

/* Puts `by` (perhaps NULL) where `node` was, below its parent. */
static void node_replace(struct tree *tree, struct tree_node *node, struct tree_node *by)
{
	*node_link(tree, node) = by;
	if (by)
		by->parent = node->parent;
}

void tree_remove(struct tree *tree, struct tree_node *node)
{
	struct tree_node *lowest = node->parent;

	if (!node->left) {
		node_replace(tree, node, node->right);
	} else if (!node->right) {
		node_replace(tree, node, node->left);
	} else {
		struct tree_node *next = tree_next(node);

		lowest = next->parent == node ? next : next->parent;
		node_replace(tree, next, next->right);
		node_replace(tree, node, next);
		next->left = node->left;
		next->left->parent = next;
		next->right = node->right;
		if (next->right)
			next->right->parent = next;
		next->height = node->height;
	}
	tree_repair(tree, lowest);
}

void tree_update(struct tree *tree, struct tree_node *node)
{
	for (; node; node = node->parent)
		tree->update(node);
}

struct tree_node *tree_first(const struct tree *tree)
{
	struct tree_node *node = tree->root;

	while (node && node->left)
		node = node->left;
	return node;
}

struct tree_node *tree_last(const struct tree *tree)
{
	struct tree_node *node = tree->root;

	while (node && node->right)
		node = node->right;
	return node;
}

struct tree_node *tree_next(const struct tree_node *node)
{
	struct tree_node *at = node->right;

	if (at) {
		while (at->left)
			at = at->left;
		return at;
	}
	for (at = node->parent; at && at->right == node; at = at->parent)
		node = at;
	return at;
}

struct tree_node *tree_prev(const struct tree_node *node)
{
	struct tree_node *at = node->left;

	if (at) {
		while (at->right)
			at = at->right;
		return at;
	}
	for (at = node->parent; at && at->left == node; at = at->parent)
		node = at;
	return at;
}
