/*
 * Bringing mappings up to date with their files: see refresh.h.
 *
 * Pages that an application wrote to in a private mapping are the host's copies, and only their contents tell: a page
 * that differs from what the file had there is one, and stays where it is, over a place that the file has given up (the
 * VMA is torn). A copy that equals the file's page is thereby given up, which shows only if the file is written to
 * later.
 */
#include "kernel/mm/refresh.h"

#include "kernel/host/host.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/pages.h"
#include "kernel/mm/backing.h"
#include "kernel/vfs/file.h"

#define READ_WRITE (PROT_READ | PROT_WRITE)

static uint64_t address_of(const struct vma *vma, uint64_t offset)
{
	return vma->start + (offset - vma->offset);
}

uint64_t vma_version(const struct vma *vma)
{
	const struct mapping_history *history = vma->source.history;

	return history && !(vma->flags & MAP_SHARED) ? history->version(vma->file->inode) : 0;
}

void vma_unmark(struct vma *vma)
{
	if (!vma->is_stale)
		return;
	vma->is_stale = false;
	if (vma->source.history)
		vma->source.history->unpin(vma->file->inode);
}

/* From there on it shows nothing; a touch tries again. */
static void tail_drop(struct vma *vma, uint64_t start)
{
	if (start >= vma->backed)
		return;
	/* What the host does not unmap it may not show. */
	if (backing_clear(start, vma->backed))
		(void)backing_lend(start, vma->backed, PROT_NONE);
	vma->backed = start;
}

static void range_show(struct vma *vma, uint64_t start, uint64_t end)
{
	if (start < end && backing_map(vma, start, end, GROUND_ANY))
		tail_drop(vma, start);
}

/* Makes certain that a page is the application's own: what it lies over will be used for something else. */
static void page_keep(struct vma *vma, uint64_t page)
{
	uint32_t word;

	(void)backing_lend(page, page + PAGE_BYTES, READ_WRITE);
	(void)user_compare_exchange_u32(page, 0, 0, &word);
	(void)backing_lend(page, page + PAGE_BYTES, vma->protection);
	vma->is_torn = true;
}

/* Whether a page of a moved part shows what the file had there. Without a buffer it is taken for the application's. */
static bool page_is_files(const struct vma *vma, uint64_t page, void *buffer)
{
	if (!buffer)
		return false;
	if (user_read(buffer, page, PAGE_BYTES) != PAGE_BYTES)
		return true;
	return vma->source.history->showed(vma->file->inode, vma->version, vma->offset + (page - vma->start), buffer);
}

/*
 * [start, end) lies elsewhere in the file now. Other threads that write there meanwhile fault, and wait for the space's
 * lock; calls that do so for them fail with EFAULT.
 */
static void part_settle(struct vma *vma, uint64_t start, uint64_t end, void *buffer)
{
	uint64_t shown = start;

	if (backing_lend(start, end, PROT_READ)) {
		tail_drop(vma, start);
		return;
	}
	for (uint64_t page = start; page < end && page < vma->backed; page += PAGE_BYTES) {
		if (page_is_files(vma, page, buffer))
			continue;
		range_show(vma, shown, page);
		shown = page + PAGE_BYTES;
		if (page < vma->backed)
			page_keep(vma, page);
	}
	if (shown < vma->backed)
		range_show(vma, shown, end);
}

static void private_settle(struct vma *vma)
{
	const struct mapping_history *history = vma->source.history;
	uint64_t end = vma->offset + (vma->backed - vma->start);
	uint64_t at = vma->offset;
	void *buffer = NULL;
	uint64_t bytes;

	/* Patched text stays as it is: it is the image's, which does not go away. */
	if (!history || vma->stubs)
		return;
	while ((at = history->moved(vma->file->inode, vma->version, at, end, &bytes)) < end) {
		if (!buffer)
			buffer = heap_alloc(PAGE_BYTES);
		if (address_of(vma, at) < vma->backed)
			part_settle(vma, address_of(vma, at), address_of(vma, at + bytes), buffer);
		at += bytes;
	}
	heap_free(buffer);
}

static void shared_show(struct vma *vma)
{
	uint64_t from = vma->stale_from > vma->offset ? vma->stale_from : vma->offset;
	uint64_t start = address_of(vma, from);
	uint64_t bytes = vma->stale_to > from ? vma->stale_to - from : 0;

	if (start < vma->backed)
		range_show(vma, start, bytes < vma->backed - start ? start + bytes : vma->backed);
}

void vma_refresh(struct vma *vma)
{
	uint64_t version;

	if (vma->shared)
		return;
	version = vma_version(vma);
	if (vma->is_stale && vma->stale_end < vma->offset + (vma->backed - vma->start))
		tail_drop(vma, vma->stale_end > vma->offset ? address_of(vma, vma->stale_end) : vma->start);
	if (!(vma->flags & MAP_SHARED))
		private_settle(vma);
	else if (vma->is_stale)
		shared_show(vma);
	if (vma->backed < vma->end)
		(void)backing_map(vma, vma->backed, vma->end, GROUND_RESERVED);
	vma->version = version;
	vma_unmark(vma);
}

void space_refresh(struct address_space *space)
{
	for (struct vma *vma = vma_find(space, 0); vma; vma = vma_next(vma)) {
		if (vma->is_stale)
			vma_refresh(vma);
	}
	if (__atomic_exchange_n(&space->stale, STALE_NOT, __ATOMIC_RELEASE) == STALE_AWAITED)
		host_futex_wake(&space->stale, INT32_MAX);
}
