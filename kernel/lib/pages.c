/*
 * The page allocator: best fit from trees of free extents, one by size and one by address.
 *
 * Nothing is written into free pages, since a page of the arena costs memory from its first touch on. The bookkeeping
 * lies in front of the pages, sized for the worst case and touched as far as it is used. A bit per page says whether
 * the page was touched since it came from the host (is dirty).
 */
#include "kernel/lib/pages.h"

#include <linux/mman.h>
#include <stdbool.h>

#include "kernel/host/host.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/dirty.h"
#include "kernel/lib/extent.h"
#include "kernel/lib/fault.h"
#include "kernel/lib/lock.h"

/* With more than HIGH dirty free pages, the largest such extents go back to the host until LOW are left. */
#define IDLE_HIGH_PAGES (16ul << 20 >> 12)
#define IDLE_LOW_PAGES (8ul << 20 >> 12)
/* At most, and at least, in one call: what is on its way cannot be had; a call for a few pages is not worth it. */
#define RETURN_PAGES (64u << 20 >> 12)
#define RETURN_LEAST_PAGES 16

static struct {
	struct lock lock;
	char *arena;
	char *first; /* page 0 */
	uint32_t count;
	uint32_t used;
	uint32_t idle;
	uint32_t *notes;
	bool returning; /* a thread is giving pages back: one at a time */
	struct extents free;
	struct dirty_map dirty;
} pages;

static uint32_t page_number(const void *pointer)
{
	size_t offset = (size_t)((const char *)pointer - pages.first);

	bug_on(offset % PAGE_BYTES != 0 || offset / PAGE_BYTES >= pages.count);
	return (uint32_t)(offset / PAGE_BYTES);
}

void pages_init(void *arena, void *first, void *end)
{
	size_t total = (size_t)((char *)end - (char *)first) / PAGE_BYTES;
	char *at = first;

	bug_on(total > UINT32_MAX / 2);
	pages.arena = arena;
	pages.notes = (void *)at;
	at += PAGE_ROUND_UP(total * sizeof(uint32_t));
	at += PAGE_ROUND_UP(dirty_map_init(&pages.dirty, at, total));
	at += PAGE_ROUND_UP(extents_init(&pages.free, at, total));
	bug_on(at >= (char *)end);
	pages.first = at;
	pages.count = (uint32_t)((size_t)((char *)end - at) / PAGE_BYTES);
	extents_add(&pages.free, 0, pages.count, 0);
}

/* Takes a run out of the free extents: its first page, or -1. *dirty: how many of its pages are. */
static int64_t run_take(size_t count, uint32_t *dirty)
{
	int64_t page = -1;

	if (count != 0 && count <= pages.count && !fault_is_due())
		page = extents_take(&pages.free, &pages.dirty, (uint32_t)count);
	if (page < 0)
		return -1;
	*dirty = dirty_count(&pages.dirty, (uint32_t)page, (uint32_t)count);
	pages.used += (uint32_t)count;
	pages.idle -= *dirty;
	return page;
}

void *pages_alloc(size_t count)
{
	uint32_t dirty;
	int64_t page;

	lock_acquire(&pages.lock);
	page = run_take(count, &dirty);
	if (page >= 0)
		dirty_set(&pages.dirty, (uint32_t)page, (uint32_t)count);
	lock_release(&pages.lock);
	return page < 0 ? NULL : pages.first + (size_t)page * PAGE_BYTES;
}

void *pages_alloc_zero(size_t count)
{
	uint32_t dirty;
	int64_t page;

	lock_acquire(&pages.lock);
	page = run_take(count, &dirty);
	if (page >= 0 && dirty) {
		lock_release(&pages.lock);
		dirty_zero(&pages.dirty, (uint32_t)page, (uint32_t)count, pages.first);
		lock_acquire(&pages.lock);
	}
	if (page >= 0)
		dirty_set(&pages.dirty, (uint32_t)page, (uint32_t)count);
	lock_release(&pages.lock);
	return page < 0 ? NULL : pages.first + (size_t)page * PAGE_BYTES;
}

/*
 * Gives the host the memory of one free range: nobody can take it meanwhile. The lock is held before and after, but not
 * during the call. False if the host refuses.
 */
static bool range_return(struct extent *extent)
{
	uint32_t count = extent->count;
	uint32_t page;
	uint32_t dirty;
	long error;

	page = dirty_bounds(&pages.dirty, extent->start, &count);
	if (count > RETURN_PAGES)
		count = RETURN_PAGES;
	dirty = dirty_count(&pages.dirty, page, count);
	extents_carve(&pages.free, &pages.dirty, extent, page, count);
	lock_release(&pages.lock);
	error = host_madvise((uint64_t)(uintptr_t)(pages.first + page * PAGE_BYTES), count * PAGE_BYTES, MADV_REMOVE);
	lock_acquire(&pages.lock);
	if (!error) {
		dirty_clear(&pages.dirty, page, count);
		pages.idle -= dirty;
		dirty = 0;
	}
	extents_add(&pages.free, page, count, dirty);
	return !error;
}

/* The lock is held. */
static void idle_trim(void)
{
	struct extent *extent;

	if (pages.idle <= IDLE_HIGH_PAGES || pages.returning)
		return;
	pages.returning = true;
	while (pages.idle > IDLE_LOW_PAGES) {
		extent = extents_dirtiest(&pages.free);
		if (!extent || extent->dirty < RETURN_LEAST_PAGES || !range_return(extent))
			break;
	}
	pages.returning = false;
}

void pages_free(void *first, size_t count)
{
	uint32_t page = page_number(first);

	if (count == 0)
		return;
	bug_on(count > pages.count - page);
	lock_acquire(&pages.lock);
	extents_add(&pages.free, page, (uint32_t)count, (uint32_t)count);
	pages.used -= (uint32_t)count;
	pages.idle += (uint32_t)count;
	idle_trim();
	lock_release(&pages.lock);
}

size_t pages_used(void)
{
	return __atomic_load_n(&pages.used, __ATOMIC_RELAXED);
}

size_t pages_idle(void)
{
	return __atomic_load_n(&pages.idle, __ATOMIC_RELAXED);
}

void pages_set_note(void *first, uint32_t note)
{
	pages.notes[page_number(first)] = note;
}

uint32_t pages_note(const void *first)
{
	return pages.notes[page_number(first)];
}

uint64_t arena_offset(const void *pointer)
{
	return (uint64_t)((const char *)pointer - pages.arena);
}

void *arena_pointer(uint64_t offset)
{
	return pages.arena + offset;
}
