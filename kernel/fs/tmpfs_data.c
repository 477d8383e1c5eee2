/* Where the bytes of a regular file are, and how pages come to be the file's own. See tmpfs_node.h. */
#include "kernel/fs/overlay.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"
#include "kernel/mm/mm.h"

/* A growing file gets as many spare pages as it has, up to these. */
#define SPARE_PAGES_MAX 512u

int tmpfs_lower_run(struct tmpfs_node *node, uint64_t position, struct tmpfs_run *run)
{
	struct erofs_run lower;
	int error = erofs_data(&tmpfs_of(node)->lower, &node->origin->lower, position, &lower);

	/* The file has grown, and its last page is not full. */
	if (error == -ENODATA) {
		*run = (struct tmpfs_run){.bytes = PAGE_BYTES - position % PAGE_BYTES};
		return 0;
	}
	if (error)
		return error;
	*run = (struct tmpfs_run){lower.data, lower.bytes, lower.data != NULL, lower.mappable};
	return 0;
}

int tmpfs_run_at(struct tmpfs_node *node, uint64_t position, struct tmpfs_run *run)
{
	uint64_t page = position / PAGE_BYTES;
	struct tmpfs_extent *extent = tmpfs_extent_at(&node->data, page);
	uint64_t end = extent ? extent->first * PAGE_BYTES : UINT64_MAX;
	uint64_t lower_end = node->data.lower_pages * PAGE_BYTES;
	int error = 0;

	if (extent && extent->first <= page) {
		uint64_t offset = position - extent->first * PAGE_BYTES;

		*run = (struct tmpfs_run){.bytes = extent->count * PAGE_BYTES - offset, .mappable = true};
		if (extent->data)
			run->data = extent->data + offset;
		return 0;
	}
	if (position < lower_end) {
		if (end > lower_end)
			end = lower_end;
		error = tmpfs_lower_run(node, position, run);
	} else {
		*run = (struct tmpfs_run){.bytes = UINT64_MAX, .mappable = true};
	}
	if (!error && run->bytes > end - position)
		run->bytes = end - position;
	return error;
}

/* Copies what the image has of [page, page + count) into new pages, which are zero. */
static int lower_copy(struct tmpfs_node *node, uint64_t page, uint64_t count, uint8_t *to)
{
	uint64_t at = page * PAGE_BYTES, end = (page + count) * PAGE_BYTES;
	struct tmpfs_run run;
	int error;

	if (page >= node->data.lower_pages)
		return 0;
	if (end > node->origin->lower.size)
		end = node->origin->lower.size;
	for (; at < end; at += run.bytes, to += run.bytes) {
		error = tmpfs_lower_run(node, at, &run);
		if (error)
			return error;
		if (run.bytes > end - at)
			run.bytes = end - at;
		if (run.data)
			memcpy(to, run.data, run.bytes);
	}
	return 0;
}

/* Zeroed and counted pages: *count of them, or fewer where so many cannot be had in a row; *spare behind them. */
static uint8_t *pages_new(struct tmpfs *fs, uint64_t *count, uint64_t *spare)
{
	uint8_t *pages;

	for (;; *count = (*count + 1) / 2, *spare = 0) {
		if (!tmpfs_charge(fs, *count)) {
			pages = pages_alloc_zero(*count + *spare);
			if (pages)
				return pages;
			tmpfs_uncharge(fs, *count);
		}
		if (*count == 1 && !*spare)
			return NULL;
	}
}

void tmpfs_change_add(struct tmpfs_change *change, uint64_t first, uint64_t count)
{
	if (change->first == change->end) {
		change->first = first;
		change->end = first + count;
		return;
	}
	if (first < change->first)
		change->first = first;
	if (first + count > change->end)
		change->end = first + count;
}

/* Pages that lay in the image were counted already in st_blocks. */
static void blocks_add(struct tmpfs_node *node, uint64_t first, uint64_t count, bool was_hole)
{
	uint64_t lower = 0;

	if (!was_hole && first < node->data.lower_pages)
		lower = node->data.lower_pages - first < count ? node->data.lower_pages - first : count;
	node->inode.blocks += (count - lower) * (PAGE_BYTES / 512);
}

/* Gives pages to the front of an extent that is a hole. */
static long hole_fill(struct tmpfs_node *node, struct tmpfs_extent *hole, uint64_t page, uint64_t wanted)
{
	uint64_t count = wanted, spare = 0;
	uint8_t *pages;
	int error = tmpfs_extent_split(&node->data, page);

	if (error)
		return error;
	hole = tmpfs_extent_at(&node->data, page);
	if (count > hole->count)
		count = hole->count;
	pages = pages_new(tmpfs_of(node), &count, &spare);
	if (!pages)
		return -ENOSPC;
	error = tmpfs_extent_split(&node->data, page + count);
	if (error) {
		pages_free(pages, count);
		tmpfs_uncharge(tmpfs_of(node), count);
		return error;
	}
	hole->data = pages;
	hole->hole_since = hole->made;
	hole->made = ++node->data.version;
	blocks_add(node, page, count, true);
	return (long)count;
}

/* Uses the spare pages of the extent that ends at `page`: how many, 0 if there are none. */
static long spare_use(struct tmpfs_node *node, uint64_t page, uint64_t wanted)
{
	struct tmpfs_extent *last = page ? tmpfs_extent_at(&node->data, page - 1) : NULL;
	uint64_t count = wanted;

	if (!last || last->first >= page || !last->spare)
		return 0;
	if (count > last->spare)
		count = last->spare;
	if (tmpfs_charge(tmpfs_of(node), count))
		return 0;
	last->count += count;
	last->spare -= count;
	blocks_add(node, page, count, false);
	return (long)count;
}

int tmpfs_extent_alloc(struct tmpfs *fs, uint64_t page, uint64_t wanted, uint64_t spare, struct tmpfs_extent **out)
{
	struct tmpfs_extent *extent = heap_new(struct tmpfs_extent);

	if (!extent)
		return -ENOMEM;
	extent->first = page;
	extent->count = wanted;
	extent->spare = spare;
	extent->data = pages_new(fs, &extent->count, &extent->spare);
	if (!extent->data) {
		heap_free(extent);
		return -ENOSPC;
	}
	*out = extent;
	return 0;
}

/* A new extent at `page`, where none is, with at most `wanted` pages. `is_last`: no other extent lies behind it. */
static long extent_new(struct tmpfs_node *node, uint64_t page, uint64_t wanted, bool is_last)
{
	struct tmpfs_extent *extent;
	uint64_t spare = 0;
	int error;

	/* Appending: the file will go on growing. */
	if (is_last && page && page == PAGE_ROUND_UP(node->inode.size) / PAGE_BYTES)
		spare = page < SPARE_PAGES_MAX ? page : SPARE_PAGES_MAX;
	error = tmpfs_extent_alloc(tmpfs_of(node), page, wanted, spare, &extent);
	if (error)
		return error;
	error = lower_copy(node, page, extent->count, extent->data);
	if (error) {
		tmpfs_extents_free(tmpfs_of(node), extent);
		return error;
	}
	if (is_last)
		tmpfs_extents_trim(&node->data);
	extent->made = ++node->data.version;
	tmpfs_extent_insert(&node->data, extent);
	blocks_add(node, page, extent->count, false);
	return (long)extent->count;
}

long tmpfs_pages_own(struct tmpfs_node *node, uint64_t page, uint64_t wanted, uint8_t **pages,
		     struct tmpfs_change *change)
{
	struct tmpfs_extent *extent = tmpfs_extent_at(&node->data, page);
	bool inside = extent && extent->first <= page;
	long count;

	if (!inside || !extent->data) {
		if (inside) {
			count = hole_fill(node, extent, page, wanted);
		} else {
			if (extent && extent->first - page < wanted)
				wanted = extent->first - page;
			count = spare_use(node, page, wanted);
			if (!count)
				count = extent_new(node, page, wanted, !extent);
		}
		if (count < 0)
			return count;
		/* Behind the end of the file there is nothing that anyone could have mapped. */
		if (page < PAGE_ROUND_UP(node->inode.size) / PAGE_BYTES)
			tmpfs_change_add(change, page, (uint64_t)count);
		extent = tmpfs_extent_at(&node->data, page);
	}
	*pages = extent->data + (page - extent->first) * PAGE_BYTES;
	count = (long)(extent->first + extent->count - page);
	return (uint64_t)count > wanted ? (long)wanted : count;
}

int tmpfs_tail_clear(struct tmpfs_node *node, uint64_t position, struct tmpfs_change *change)
{
	uint64_t size = node->inode.size, page = size / PAGE_BYTES, end = PAGE_ROUND_UP(size);
	struct tmpfs_run run;
	uint8_t *pages;
	long count;
	int error;

	if (position <= size || size % PAGE_BYTES == 0)
		return 0;
	error = tmpfs_run_at(node, page * PAGE_BYTES, &run);
	if (error)
		return error;
	if (!run.data)
		return 0;
	count = tmpfs_pages_own(node, page, 1, &pages, change);
	if (count < 0)
		return (int)count;
	memset(pages + size % PAGE_BYTES, 0, end - size);
	return 0;
}

void tmpfs_data_touch(struct tmpfs_node *node)
{
	overlay_pin(node);
	if (node->origin)
		__atomic_store_n(&node->origin->data_changed, true, __ATOMIC_RELEASE);
}

void tmpfs_size_set(struct tmpfs_node *node, uint64_t size, struct tmpfs_change *change)
{
	uint64_t before = PAGE_ROUND_UP(node->inode.size) / PAGE_BYTES, after = PAGE_ROUND_UP(size) / PAGE_BYTES;

	node->inode.size = size;
	if (after > before)
		tmpfs_change_add(change, before, after - before);
}

void tmpfs_changed(struct tmpfs_node *node, const struct tmpfs_change *change)
{
	if (node->data.mapped && change->first != change->end)
		mm_file_changed(&node->inode, change->first * PAGE_BYTES, (change->end - change->first) * PAGE_BYTES);
}
