/* Changes of a regular file's extent without data: truncate, fallocate. See tmpfs_node.h. */
#include <linux/capability.h>
#include <linux/falloc.h>
#include <linux/fcntl.h>

#include "kernel/fs/overlay.h"
#include "kernel/fs/tmpfs_node.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"
#include "kernel/mm/mm.h"
#include "kernel/task/process.h"
#include "kernel/vfs/file.h"
#include "kernel/vfs/permission.h"

#define BLOCKS_PER_PAGE (PAGE_BYTES / 512)

static uint64_t pages_of(uint64_t bytes)
{
	return PAGE_ROUND_UP(bytes) / PAGE_BYTES;
}

/* How many pages of [first, end) hold data: those of the list, and the image's that none in the list hid. */
static uint64_t data_pages(const struct tmpfs_node *node, const struct tmpfs_extent *list, uint64_t first, uint64_t end)
{
	uint64_t lower_end = node->data.lower_pages < end ? node->data.lower_pages : end;
	uint64_t lower = lower_end > first ? lower_end - first : 0, own = 0;

	while (list) {
		uint64_t list_end = list->first + list->count;

		if (list->data)
			own += list->count;
		if (list->first < lower_end)
			lower -= (list_end < lower_end ? list_end : lower_end) - list->first;
		list = list->node.right ? container_of(list->node.right, struct tmpfs_extent, node) : NULL;
	}
	return own + lower;
}

/* Releases the lock and tells mm. Pages that were taken out are freed when no mapping shows them any more. */
static void changes_publish(struct tmpfs_node *node, struct tmpfs_extent *list, const struct tmpfs_change *change)
{
	node->data.pins++;
	tmpfs_extents_defer(&node->data, list);
	lock_release(&node->inode.lock);
	tmpfs_changed(node, change);
	tmpfs_unpin(&node->inode);
}

/* Bytes of one page that are to become zero; at NULL: there are none. */
struct clearing {
	uint8_t *at;
	size_t bytes;
};

/* Finds the bytes, in a page of the file's own, unless they are in a hole. Nothing is zeroed before all is certain. */
static int clearing_prepare(struct tmpfs_node *node, uint64_t from, uint64_t to, struct clearing *clearing,
			    struct tmpfs_change *change)
{
	struct tmpfs_run run;
	uint8_t *page;
	long count;
	int error;

	*clearing = (struct clearing){0};
	if (from >= to)
		return 0;
	error = tmpfs_run_at(node, from, &run);
	if (error || !run.data)
		return error;
	count = tmpfs_pages_own(node, from / PAGE_BYTES, 1, &page, change);
	if (count < 0)
		return (int)count;
	*clearing = (struct clearing){page + from % PAGE_BYTES, to - from};
	return 0;
}

static void clearing_commit(const struct clearing *clearing)
{
	if (clearing->at)
		memset(clearing->at, 0, clearing->bytes);
}

static int shrink(struct tmpfs_node *node, uint64_t size, struct tmpfs_extent **list, struct tmpfs_change *change)
{
	uint64_t first = pages_of(size), end = UINT64_MAX;
	struct clearing tail;
	int error = clearing_prepare(node, size, first * PAGE_BYTES, &tail, change);

	if (!error)
		error = tmpfs_extent_split(&node->data, first);
	if (error)
		return error;
	clearing_commit(&tail);
	*list = tmpfs_extents_detach(&node->data, first, end);
	node->inode.blocks -= data_pages(node, *list, first, end) * BLOCKS_PER_PAGE;
	if (node->data.lower_pages > first)
		node->data.lower_pages = first;
	/* The page of the new end is changed too, behind it. */
	change->first = size / PAGE_BYTES;
	change->end = pages_of(node->inode.size);
	return 0;
}

static int resize_check(const struct tmpfs_node *node, uint64_t size)
{
	if (size > TMPFS_SIZE_MAX)
		return -EFBIG;
	if (size < node->inode.size && (node->data.seals & F_SEAL_SHRINK))
		return -EPERM;
	if (size > node->inode.size && (node->data.seals & F_SEAL_GROW))
		return -EPERM;
	return 0;
}

static void privileges_drop(struct inode *inode)
{
	if ((inode->mode & (S_ISUID | S_ISGID)) && !process_capable(CAP_FSETID))
		inode->mode = mode_without_set_ids(inode);
}

int tmpfs_resize(struct tmpfs_node *node, uint64_t size, bool always)
{
	struct tmpfs_extent *list = NULL;
	struct tmpfs_change change = {0};
	uint64_t before;
	int error;

	lock_acquire(&node->inode.lock);
	before = node->inode.size;
	error = resize_check(node, size);
	if (!error) {
		tmpfs_data_touch(node);
		tmpfs_extents_trim(&node->data);
		error = size <= before ? shrink(node, size, &list, &change) : tmpfs_tail_clear(node, size, &change);
	}
	if (!error) {
		tmpfs_size_set(node, size, &change);
		privileges_drop(&node->inode);
		if (always || size != before)
			tmpfs_touch(node, true);
	}
	changes_publish(node, list, &change);
	return error;
}

/* Whole pages of [first, end) become a hole. */
static int pages_punch(struct tmpfs_node *node, uint64_t first, uint64_t end, struct tmpfs_extent **list)
{
	uint64_t lower_end = node->data.lower_pages < end ? node->data.lower_pages : end;
	struct tmpfs_extent *hole = NULL;
	int error = tmpfs_extent_split(&node->data, first);

	if (!error)
		error = tmpfs_extent_split(&node->data, end);
	if (error)
		return error;
	if (first < lower_end) {
		hole = heap_new(struct tmpfs_extent);
		if (!hole)
			return -ENOMEM;
		hole->first = first;
		hole->count = lower_end - first;
	}
	*list = tmpfs_extents_detach(&node->data, first, end);
	node->inode.blocks -= data_pages(node, *list, first, end) * BLOCKS_PER_PAGE;
	if (hole) {
		hole->made = ++node->data.version;
		tmpfs_extent_insert(&node->data, hole);
	}
	return 0;
}

static int punch(struct tmpfs_node *node, uint64_t offset, uint64_t bytes, struct tmpfs_extent **list,
		 struct tmpfs_change *change)
{
	uint64_t end = offset + bytes, first_page = pages_of(offset), end_page = end / PAGE_BYTES;
	struct clearing head, tail = {0};
	int error;

	if (node->data.seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
		return -EPERM;
	tmpfs_data_touch(node);
	error = clearing_prepare(node, offset, first_page > end_page ? end : first_page * PAGE_BYTES, &head, change);
	if (!error && first_page <= end_page)
		error = clearing_prepare(node, end_page * PAGE_BYTES, end, &tail, change);
	if (!error && first_page < end_page)
		error = pages_punch(node, first_page, end_page, list);
	if (error)
		return error;
	clearing_commit(&head);
	clearing_commit(&tail);
	change->first = offset / PAGE_BYTES;
	change->end = pages_of(end);
	tmpfs_touch(node, true);
	return 0;
}

/* New extents for the holes of [page, end), in none of the file's maps yet, with borders where they will be. */
static int holes_prepare(struct tmpfs_node *node, uint64_t page, uint64_t end, struct tmpfs_extent **list)
{
	struct tmpfs_extent *extent;
	struct tmpfs_run run;
	uint64_t count;
	int error = 0;

	for (; page < end && !error; page += count) {
		error = tmpfs_run_at(node, page * PAGE_BYTES, &run);
		if (error)
			break;
		count = pages_of(run.bytes) && pages_of(run.bytes) < end - page ? pages_of(run.bytes) : end - page;
		if (run.data)
			continue;
		error = tmpfs_extent_alloc(tmpfs_of(node), page, count, 0, &extent);
		if (error)
			break;
		count = extent->count;
		extent->node.right = *list ? &(*list)->node : NULL;
		*list = extent;
		error = tmpfs_extent_split(&node->data, page);
		if (!error)
			error = tmpfs_extent_split(&node->data, page + count);
	}
	return error;
}

/* Puts the new extents into the map, over holes that hid pages of the image. */
static void holes_commit(struct tmpfs_node *node, struct tmpfs_extent *list, struct tmpfs_change *change)
{
	while (list) {
		struct tmpfs_extent *next = container_of(list->node.right, struct tmpfs_extent, node);
		bool is_last = !list->node.right;
		uint64_t end = list->first + list->count;
		struct tmpfs_extent *hole;

		hole = tmpfs_extents_detach(&node->data, list->first, end);
		list->hole_since = hole ? hole->made : 0;
		list->made = ++node->data.version;
		tmpfs_extents_free(tmpfs_of(node), hole);
		tmpfs_extent_insert(&node->data, list);
		node->inode.blocks += list->count * BLOCKS_PER_PAGE;
		tmpfs_change_add(change, list->first, list->count);
		list = is_last ? NULL : next;
	}
}

/* Allocates pages where there are holes: all of them, or none. */
static int fill(struct tmpfs_node *node, uint64_t offset, uint64_t bytes, bool keep_size, struct tmpfs_change *change)
{
	uint64_t end = offset + bytes;
	struct tmpfs_extent *list = NULL;
	int error = 0;

	if (end > node->inode.size && (node->data.seals & F_SEAL_GROW))
		return -EPERM;
	tmpfs_data_touch(node);
	tmpfs_extents_trim(&node->data);
	if (!keep_size)
		error = tmpfs_tail_clear(node, end, change);
	if (!error)
		error = holes_prepare(node, offset / PAGE_BYTES, pages_of(end), &list);
	if (error) {
		tmpfs_extents_free(tmpfs_of(node), list);
		return error;
	}
	holes_commit(node, list, change);
	if (!keep_size && end > node->inode.size)
		tmpfs_size_set(node, end, change);
	tmpfs_touch(node, true);
	return 0;
}

int tmpfs_allocate(struct file *file, int mode, uint64_t offset, uint64_t bytes)
{
	struct tmpfs_node *node = tmpfs_node(file->inode);
	struct tmpfs_extent *list = NULL;
	struct tmpfs_change change = {0};
	int error;

	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE))
		return -EOPNOTSUPP;
	lock_acquire(&node->inode.lock);
	if (mode & FALLOC_FL_PUNCH_HOLE)
		error = punch(node, offset, bytes, &list, &change);
	else
		error = fill(node, offset, bytes, mode & FALLOC_FL_KEEP_SIZE, &change);
	changes_publish(node, list, &change);
	return error;
}
