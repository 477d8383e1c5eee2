/* Where mappings and sendfile find the pages of a regular file. See mm/mm.h and tmpfs.h. */
#include <linux/magic.h>

#include "kernel/fs/overlay.h"
#include "kernel/fs/tmpfs_node.h"
#include "kernel/lib/bug.h"
#include "kernel/mm/mm.h"
#include "kernel/vfs/file.h"

/* Whether a mapping may show the image's page itself: behind the end of the file it must be zero. */
static bool tail_is_zero(const struct tmpfs *fs, const uint8_t *data, uint64_t bytes)
{
	const uint8_t *end = data + PAGE_ROUND_UP(bytes);

	if (end > fs->lower.image + fs->lower.bytes)
		return false;
	for (const uint8_t *at = data + bytes; at < end; at++) {
		if (*at)
			return false;
	}
	return true;
}

/* Pages of the image from `offset` on that can be mapped as they are; 0 if the first one cannot. */
static uint64_t image_bytes(struct tmpfs_node *node, const struct tmpfs_run *run, uint64_t left)
{
	const struct tmpfs *fs = tmpfs_of(node);
	uint64_t bytes = run->bytes < left ? run->bytes : left;

	if (!run->mappable || (uint64_t)(run->data - fs->lower.image) % PAGE_BYTES)
		return 0;
	if (bytes % PAGE_BYTES == 0 || tail_is_zero(fs, run->data, bytes))
		return PAGE_ROUND_UP(bytes);
	return PAGE_ROUND_DOWN(bytes);
}

static int page_own(struct tmpfs_node *node, uint64_t offset, enum mapping_kind *kind, uint64_t *host_offset,
		    uint64_t *bytes, struct tmpfs_change *change)
{
	uint8_t *pages;
	long count = tmpfs_pages_own(node, offset / PAGE_BYTES, *bytes / PAGE_BYTES, &pages, change);

	if (count < 0)
		return (int)count;
	*kind = MAPPING_ARENA;
	*host_offset = arena_offset(pages);
	*bytes = (uint64_t)count * PAGE_BYTES;
	return 0;
}

static int page_show(struct tmpfs_node *node, uint64_t offset, enum mapping_kind *kind, uint64_t *host_offset,
		     uint64_t *bytes)
{
	struct tmpfs_change nobody_else_saw_it = {0};
	struct tmpfs_run run;
	uint64_t image;
	int error = tmpfs_run_at(node, offset, &run);

	if (error)
		return error;
	if (run.image) {
		image = image_bytes(node, &run, *bytes);
		if (!image) {
			*bytes = PAGE_BYTES;
			return page_own(node, offset, kind, host_offset, bytes, &nobody_else_saw_it);
		}
		*kind = MAPPING_IMAGE;
		*host_offset = (uint64_t)(run.data - tmpfs_of(node)->lower.image);
		*bytes = image;
		return 0;
	}
	if (run.bytes < *bytes)
		*bytes = PAGE_ROUND_UP(run.bytes);
	*kind = run.data ? MAPPING_ARENA : MAPPING_ZERO;
	*host_offset = run.data ? arena_offset(run.data) : 0;
	return 0;
}

static int tmpfs_map_page(struct file *file, uint64_t offset, bool write, enum mapping_kind *kind,
			  uint64_t *host_offset, uint64_t *bytes)
{
	struct tmpfs_node *node = tmpfs_node(file->inode);
	struct tmpfs_change change = {0};
	uint64_t end;
	int error = -ENXIO;

	lock_acquire(&node->inode.lock);
	end = PAGE_ROUND_UP(node->inode.size);
	if (offset < end) {
		if (*bytes > end - offset)
			*bytes = end - offset;
		if (write)
			tmpfs_data_touch(node);
		error = write ? page_own(node, offset, kind, host_offset, bytes, &change)
			      : page_show(node, offset, kind, host_offset, bytes);
	}
	lock_release(&node->inode.lock);
	if (!error)
		return change.first != change.end;
	return error == -ENOSPC ? -ENOMEM : error;
}

int tmpfs_map(struct file *file, struct mapping_source *source)
{
	struct tmpfs_node *node = tmpfs_node(file->inode);

	lock_acquire(&node->inode.lock);
	node->data.mapped = true;
	source->kind = node->origin && !node->origin->data_changed ? MAPPING_IMAGE : MAPPING_ARENA;
	source->nid = source->kind == MAPPING_IMAGE ? node->origin->lower.nid : 0;
	source->image = node->origin ? tmpfs_of(node)->lower.image : NULL;
	source->page = tmpfs_map_page;
	source->history = &tmpfs_history;
	if (node->inode.super->magic == TMPFS_MAGIC) {
		source->writable_add = tmpfs_writable_mapping_add;
		source->writable_remove = tmpfs_writable_mapping_remove;
	}
	lock_release(&node->inode.lock);
	return 0;
}

bool tmpfs_is_data(const struct inode *inode)
{
	return inode->ops == &tmpfs_regular_ops;
}

void tmpfs_pin(struct inode *inode)
{
	lock_acquire(&inode->lock);
	tmpfs_node(inode)->data.pins++;
	lock_release(&inode->lock);
}

void tmpfs_unpin(struct inode *inode)
{
	struct tmpfs_node *node = tmpfs_node(inode);
	struct tmpfs_extent *list = NULL;

	lock_acquire(&inode->lock);
	bug_on(!node->data.pins);
	if (!--node->data.pins) {
		list = node->data.deferred;
		node->data.deferred = NULL;
	}
	lock_release(&inode->lock);
	tmpfs_extents_free(tmpfs_of(node), list);
}

size_t tmpfs_peek(struct inode *inode, uint64_t position, size_t bytes, const void **data)
{
	static const uint8_t zeroes[PAGE_BYTES];
	struct tmpfs_node *node = tmpfs_node(inode);
	struct tmpfs_run run = {0};

	lock_acquire(&inode->lock);
	if (position < inode->size && !tmpfs_run_at(node, position, &run)) {
		if (bytes > inode->size - position)
			bytes = inode->size - position;
		if (!run.data && run.bytes > sizeof(zeroes))
			run.bytes = sizeof(zeroes);
	}
	lock_release(&inode->lock);
	*data = run.data ? run.data : zeroes;
	return run.bytes < bytes ? run.bytes : bytes;
}
