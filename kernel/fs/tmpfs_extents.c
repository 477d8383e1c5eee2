/* The map of a regular file's pages: a tree of extents by page number. See tmpfs_node.h. */
#include "kernel/fs/tmpfs_node.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/heap.h"

static struct tmpfs_extent *extent_of(struct tree_node *node)
{
	return node ? container_of(node, struct tmpfs_extent, node) : NULL;
}

struct tmpfs_extent *tmpfs_extent_at(const struct tmpfs_data *data, uint64_t page)
{
	struct tree_node *at = data->extents.root;
	struct tmpfs_extent *found = NULL;

	while (at) {
		struct tmpfs_extent *extent = extent_of(at);

		if (extent->first + extent->count > page) {
			found = extent;
			at = at->left;
		} else {
			at = at->right;
		}
	}
	return found;
}

void tmpfs_extent_insert(struct tmpfs_data *data, struct tmpfs_extent *extent)
{
	struct tree_node **link = &data->extents.root, *parent = NULL;

	while (*link) {
		parent = *link;
		link = extent->first < extent_of(parent)->first ? &parent->left : &parent->right;
	}
	tree_insert(&data->extents, parent, link, &extent->node);
}

int tmpfs_extent_split(struct tmpfs_data *data, uint64_t page)
{
	struct tmpfs_extent *left = tmpfs_extent_at(data, page), *right;
	uint64_t count;

	if (!left || left->first >= page)
		return 0;
	right = heap_new(struct tmpfs_extent);
	if (!right)
		return -ENOMEM;
	count = page - left->first;
	right->first = page;
	right->count = left->count - count;
	right->spare = left->spare;
	right->made = left->made;
	right->hole_since = left->hole_since;
	if (left->data)
		right->data = left->data + count * PAGE_BYTES;
	left->count = count;
	left->spare = 0;
	tmpfs_extent_insert(data, right);
	return 0;
}

struct tmpfs_extent *tmpfs_extents_detach(struct tmpfs_data *data, uint64_t first, uint64_t end)
{
	struct tmpfs_extent *list = NULL, *extent;

	while ((extent = tmpfs_extent_at(data, first)) && extent->first < end) {
		bug_on(extent->first < first || extent->first + extent->count > end);
		tree_remove(&data->extents, &extent->node);
		extent->node.right = list ? &list->node : NULL;
		list = extent;
	}
	return list;
}

void tmpfs_extents_defer(struct tmpfs_data *data, struct tmpfs_extent *list)
{
	if (list)
		data->version++;
	while (list) {
		struct tmpfs_extent *next = extent_of(list->node.right);

		list->gone = data->version;
		list->node.right = data->deferred ? &data->deferred->node : NULL;
		data->deferred = list;
		list = next;
	}
}

void tmpfs_extents_free(struct tmpfs *fs, struct tmpfs_extent *list)
{
	while (list) {
		struct tmpfs_extent *next = extent_of(list->node.right);

		if (list->data) {
			tmpfs_uncharge(fs, list->count);
			pages_free(list->data, list->count + list->spare);
		}
		heap_free(list);
		list = next;
	}
}

void tmpfs_extents_trim(struct tmpfs_data *data)
{
	struct tmpfs_extent *last = extent_of(tree_last(&data->extents));

	if (!last || !last->spare)
		return;
	pages_free(last->data + last->count * PAGE_BYTES, last->spare);
	last->spare = 0;
}
