/*
 * Where the pages of a file were: by that mm tells pages that an application wrote to, in private mappings, from those
 * that show the file's. See mapping_history in mm/mm.h, and tmpfs_node.h.
 */
#include "kernel/fs/tmpfs_node.h"
#include "kernel/lib/string.h"
#include "kernel/mm/mm.h"

static uint64_t tmpfs_version(struct inode *inode)
{
	uint64_t version;

	lock_acquire(&inode->lock);
	version = tmpfs_node(inode)->data.version;
	lock_release(&inode->lock);
	return version;
}

static bool existed(const struct tmpfs_extent *gone, uint64_t version)
{
	return gone->data && gone->made <= version && gone->gone > version;
}

/* The first extent behind or at the page, of those that the file had at the version and has no more. */
static const struct tmpfs_extent *gone_at(const struct tmpfs_data *data, uint64_t version, uint64_t page)
{
	const struct tmpfs_extent *found = NULL;
	const struct tmpfs_extent *at = data->deferred;

	while (at) {
		if (existed(at, version) && at->first + at->count > page && (!found || at->first < found->first))
			found = at;
		at = at->node.right ? container_of(at->node.right, struct tmpfs_extent, node) : NULL;
	}
	return found;
}

/* Whether the page lies elsewhere than at the version; so do, or do not, all up to *end, which is only lowered. */
static bool is_moved(const struct tmpfs_data *data, uint64_t version, uint64_t page, uint64_t *end)
{
	const struct tmpfs_extent *extent = tmpfs_extent_at(data, page);
	const struct tmpfs_extent *gone;
	bool inside = extent && extent->first <= page;
	uint64_t border;

	if (extent) {
		border = inside ? extent->first + extent->count : extent->first;
		if (border < *end)
			*end = border;
	}
	if (inside)
		return extent->made > version;
	gone = gone_at(data, version, page);
	if (gone) {
		border = gone->first <= page ? gone->first + gone->count : gone->first;
		if (border < *end)
			*end = border;
	}
	return gone && gone->first <= page;
}

static uint64_t tmpfs_moved(struct inode *inode, uint64_t since, uint64_t offset, uint64_t end, uint64_t *bytes)
{
	const struct tmpfs_data *data = &tmpfs_node(inode)->data;
	uint64_t page = offset / PAGE_BYTES, last = PAGE_ROUND_UP(end) / PAGE_BYTES, stop = page;
	bool found = false;

	lock_acquire(&inode->lock);
	while (page < last && !found) {
		stop = last;
		found = is_moved(data, since, page, &stop);
		if (!found)
			page = stop;
	}
	lock_release(&inode->lock);
	*bytes = (stop - page) * PAGE_BYTES;
	return found ? page * PAGE_BYTES : end;
}

static bool is_zero(const uint8_t *bytes, size_t count)
{
	while (count && !*bytes) {
		bytes++;
		count--;
	}
	return !count;
}

static bool is_of_image(struct tmpfs_node *node, uint64_t offset, const uint8_t *contents)
{
	uint64_t at = offset, end = offset + PAGE_BYTES;
	struct tmpfs_run run;

	for (; at < end; at += run.bytes, contents += run.bytes) {
		if (tmpfs_lower_run(node, at, &run))
			return false;
		if (run.bytes > end - at)
			run.bytes = end - at;
		if (run.data ? memcmp(contents, run.data, run.bytes) != 0 : !is_zero(contents, run.bytes))
			return false;
	}
	return true;
}

/* Whether there was a hole at the version, in a place that is in none of the extents of then. */
static bool was_hole(const struct tmpfs_data *data, uint64_t version, uint64_t page)
{
	const struct tmpfs_extent *extent = tmpfs_extent_at(data, page);

	if (page >= data->lower_pages)
		return true;
	if (!extent || extent->first > page)
		return false;
	return extent->data ? extent->hole_since && extent->hole_since <= version : extent->made <= version;
}

static bool tmpfs_showed(struct inode *inode, uint64_t version, uint64_t offset, const void *contents)
{
	struct tmpfs_node *node = tmpfs_node(inode);
	uint64_t page = offset / PAGE_BYTES;
	const struct tmpfs_extent *gone;
	bool showed;

	lock_acquire(&inode->lock);
	gone = gone_at(&node->data, version, page);
	if (gone && gone->first <= page)
		showed = memcmp(contents, gone->data + (page - gone->first) * PAGE_BYTES, PAGE_BYTES) == 0;
	else if (was_hole(&node->data, version, page))
		showed = is_zero(contents, PAGE_BYTES);
	else
		showed = is_of_image(node, offset, contents);
	lock_release(&inode->lock);
	return showed;
}

const struct mapping_history tmpfs_history = {
	.version = tmpfs_version,
	.moved = tmpfs_moved,
	.showed = tmpfs_showed,
	.pin = tmpfs_pin,
	.unpin = tmpfs_unpin,
};
