/* Free extents: two trees over one set of nodes. */
#include "kernel/lib/extent.h"

#include "kernel/lib/bug.h"
#include "kernel/lib/list.h"

#define BY_ADDRESS(node) container_of(node, struct extent, by_address)
#define BY_SIZE(node) container_of(node, struct extent, by_size)

static uint32_t larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static void summary_update(struct tree_node *node)
{
	struct extent *extent = BY_ADDRESS(node);
	uint32_t left = node->left ? BY_ADDRESS(node->left)->dirty_largest : 0;
	uint32_t right = node->right ? BY_ADDRESS(node->right)->dirty_largest : 0;

	extent->dirty_largest = larger(extent->dirty, larger(left, right));
}

size_t extents_init(struct extents *extents, void *memory, size_t pages)
{
	extents->by_address.update = summary_update;
	extents->nodes = memory;
	return (pages / 2 + 2) * sizeof(struct extent);
}

static struct extent *node_get(struct extents *extents)
{
	struct tree_node *node = extents->spare;

	if (!node)
		return &extents->nodes[extents->nodes_touched++];
	extents->spare = node->right;
	return BY_ADDRESS(node);
}

static void node_put(struct extents *extents, struct extent *extent)
{
	extent->by_address.right = extents->spare;
	extents->spare = &extent->by_address;
}

static void size_insert(struct extents *extents, struct extent *extent)
{
	struct tree_node **link = &extents->by_size.root;
	struct tree_node *parent = NULL;

	while (*link) {
		struct extent *at = BY_SIZE(*link);

		parent = *link;
		if (extent->count < at->count || (extent->count == at->count && extent->start < at->start))
			link = &parent->left;
		else
			link = &parent->right;
	}
	tree_insert(&extents->by_size, parent, link, &extent->by_size);
}

static void address_insert(struct extents *extents, struct extent *extent)
{
	struct tree_node **link = &extents->by_address.root;
	struct tree_node *parent = NULL;

	while (*link) {
		parent = *link;
		link = extent->start < BY_ADDRESS(parent)->start ? &parent->left : &parent->right;
	}
	tree_insert(&extents->by_address, parent, link, &extent->by_address);
}

/* Gives an extent other bounds; its place by address is the same. An empty one goes away. */
static void extent_change(struct extents *extents, struct extent *extent, uint32_t start, uint32_t count,
			  uint32_t dirty)
{
	tree_remove(&extents->by_size, &extent->by_size);
	extent->start = start;
	extent->count = count;
	extent->dirty = dirty;
	if (count) {
		size_insert(extents, extent);
		tree_update(&extents->by_address, &extent->by_address);
	} else {
		tree_remove(&extents->by_address, &extent->by_address);
		node_put(extents, extent);
	}
}

/* The last extent that starts before a page, and the first that does not. */
static void neighbours_find(const struct extents *extents, uint32_t page, struct extent **before, struct extent **after)
{
	struct tree_node *node = extents->by_address.root;

	*before = NULL;
	*after = NULL;
	while (node) {
		struct extent *at = BY_ADDRESS(node);

		if (at->start < page) {
			*before = at;
			node = node->right;
		} else {
			*after = at;
			node = node->left;
		}
	}
}

void extents_add(struct extents *extents, uint32_t start, uint32_t count, uint32_t dirty)
{
	struct extent *before;
	struct extent *after;

	neighbours_find(extents, start, &before, &after);
	/* Pages that are freed twice. */
	bug_on(before && before->start + before->count > start);
	bug_on(after && start + count > after->start);
	if (after && start + count == after->start) {
		count += after->count;
		dirty += after->dirty;
		extent_change(extents, after, 0, 0, 0);
	}
	if (before && before->start + before->count == start) {
		extent_change(extents, before, before->start, before->count + count, before->dirty + dirty);
		return;
	}
	before = node_get(extents);
	before->start = start;
	before->count = count;
	before->dirty = dirty;
	address_insert(extents, before);
	size_insert(extents, before);
}

int64_t extents_take(struct extents *extents, const struct dirty_map *map, uint32_t count)
{
	struct tree_node *node = extents->by_size.root;
	struct extent *best = NULL;
	uint32_t start;

	while (node) {
		struct extent *at = BY_SIZE(node);

		if (at->count >= count) {
			best = at;
			node = node->left;
		} else {
			node = node->right;
		}
	}
	if (!best)
		return -1;
	start = best->start;
	extents_carve(extents, map, best, start, count);
	return start;
}

void extents_carve(struct extents *extents, const struct dirty_map *map, struct extent *extent, uint32_t start,
		   uint32_t count)
{
	uint32_t front = start - extent->start;
	uint32_t end = extent->start + extent->count;
	uint32_t back = end - (start + count);
	uint32_t dirty_front = front ? dirty_count(map, extent->start, front) : 0;
	uint32_t dirty_back = extent->dirty - dirty_front - dirty_count(map, start, count);

	if (!front) {
		extent_change(extents, extent, start + count, back, dirty_back);
		return;
	}
	extent_change(extents, extent, extent->start, front, dirty_front);
	if (back)
		extents_add(extents, start + count, back, dirty_back);
}

struct extent *extents_dirtiest(const struct extents *extents)
{
	struct tree_node *node = extents->by_address.root;
	uint32_t most = node ? BY_ADDRESS(node)->dirty_largest : 0;

	if (!most)
		return NULL;
	while (BY_ADDRESS(node)->dirty != most) {
		struct tree_node *left = node->left;

		node = left && BY_ADDRESS(left)->dirty_largest == most ? left : node->right;
	}
	return BY_ADDRESS(node);
}
