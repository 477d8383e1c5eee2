/* mprotect(2), mlock(2) and their like: calls that change VMAs of a range one after another. */
#include <linux/errno.h>

#include "kernel/lib/pages.h"
#include "kernel/mm/area.h"
#include "kernel/mm/space.h"
#include "kernel/task/process.h"

#define PROT_ALL (PROT_READ | PROT_WRITE | PROT_EXEC)
#define PROT_SEMAPHORE 0x8u /* PROT_SEM: accepted, means nothing */
#define PROT_GROWS (unsigned)(PROT_GROWSDOWN | PROT_GROWSUP)

/* Whether cutting a piece out of the VMA would make too many. */
static bool cut_is_too_much(const struct address_space *space, const struct vma *vma, uint64_t start, uint64_t end)
{
	return (vma->start < start || vma->end > end) && space->vma_count >= VMA_COUNT_MAX;
}

static int piece_protect(struct address_space *space, struct vma *vma, unsigned protection)
{
	bool becomes_written = (vma->flags & MAP_SHARED) && !vma->shared && !(vma->protection & PROT_WRITE) &&
			       (protection & PROT_WRITE);
	unsigned before = vma->protection;
	int error;

	vma_change(space, vma, protection, vma->flags);
	if (vma->pristine && protection == PROT_NONE)
		return 0;
	/* Pages of the image and holes, which were good enough to be read. */
	if (becomes_written)
		error = backing_map(vma, vma->start, vma->end, GROUND_ANY);
	else
		error = backing_protect(vma, vma->start, vma->end);
	if (error)
		vma_change(space, vma, before, vma->flags);
	else
		vma->pristine = false;
	return error;
}

/* One VMA's part of the range: what mprotect_fixup checks. */
static int vma_protect(struct address_space *space, struct vma *vma, uint64_t start, uint64_t end, unsigned protection)
{
	uint64_t bytes;
	int error;

	if (protection & ~vma->maximum)
		return -EACCES;
	if (protection == vma->protection)
		return 0;
	if (cut_is_too_much(space, vma, start, end))
		return -ENOMEM;
	bytes = (vma->end < end ? vma->end : end) - (vma->start > start ? vma->start : start);
	if (mapping_is_data(protection, vma->flags) && !mapping_is_data(vma->protection, vma->flags) &&
	    space->data_bytes + bytes > process_limit(RLIMIT_DATA))
		return -ENOMEM;
	error = space_reserve(space, 2);
	if (error)
		return error;
	return piece_protect(space, vma_isolate(space, vma, start, end), protection);
}

static int range_protect(struct address_space *space, uint64_t start, uint64_t end, unsigned protection)
{
	uint64_t at = start;
	int error = 0;

	while (at < end && !error) {
		struct vma *vma = vma_at(space, at);
		uint64_t next;

		if (!vma)
			return -ENOMEM;
		next = vma->end;
		error = vma_protect(space, vma, start, end, protection);
		at = next;
	}
	return error;
}

long mm_protect(uint64_t start, uint64_t bytes, unsigned protection)
{
	unsigned grows = protection & PROT_GROWS;
	uint64_t end = start + PAGE_ROUND_UP(bytes);
	struct address_space *space;
	struct vma *first;
	int error;

	if (grows == PROT_GROWS || start % PAGE_BYTES)
		return -EINVAL;
	if (bytes == 0)
		return 0;
	if (end <= start)
		return -ENOMEM;
	protection &= ~PROT_GROWS;
	if (protection & ~(PROT_ALL | PROT_SEMAPHORE))
		return -EINVAL;
	space = space_lock();
	first = vma_at(space, start);
	if (!first)
		error = -ENOMEM;
	else if (grows && !(grows == PROT_GROWSDOWN && first->flags & MAP_GROWSDOWN))
		error = -EINVAL;
	else
		error = range_protect(space, grows ? first->start : start, end, protection & PROT_ALL);
	range_merge(space, start, end);
	space_unlock(space);
	return error;
}

static int range_lock(struct address_space *space, uint64_t start, uint64_t end, bool lock)
{
	uint64_t at = start;

	while (at < end) {
		struct vma *vma = vma_at(space, at);
		unsigned flags;

		if (!vma || cut_is_too_much(space, vma, start, end) || space_reserve(space, 2))
			return -ENOMEM;
		at = vma->end;
		flags = lock ? vma->flags | MAP_LOCKED : vma->flags & (unsigned)~MAP_LOCKED;
		if (flags == vma->flags)
			continue;
		vma = vma_isolate(space, vma, start, end);
		vma_change(space, vma, vma->protection, flags);
	}
	return 0;
}

/* Bytes of the range that are not locked yet. */
static uint64_t range_unlocked_bytes(const struct address_space *space, uint64_t start, uint64_t end)
{
	uint64_t sum = 0;

	for (struct vma *vma = vma_find(space, start); vma && vma->start < end; vma = vma_next(vma)) {
		if (!(vma->flags & MAP_LOCKED))
			sum += (vma->end < end ? vma->end : end) - (vma->start > start ? vma->start : start);
	}
	return sum;
}

long mm_lock(uint64_t start, uint64_t bytes, bool lock)
{
	uint64_t end = PAGE_ROUND_UP(start + bytes);
	struct address_space *space;
	int error = 0;

	if (lock && lock_limit_check(process_current()->space, 0, 0))
		return -EPERM;
	start = PAGE_ROUND_DOWN(start);
	if (end < start)
		return -EINVAL;
	if (end == start)
		return 0;
	space = space_lock();
	if (lock)
		error = lock_limit_check(space, range_unlocked_bytes(space, start, end), -ENOMEM);
	if (!error)
		error = range_lock(space, start, end, lock);
	range_merge(space, start, end);
	space_unlock(space);
	return error;
}

long mm_lock_all(int flags)
{
	struct address_space *space = space_lock();
	int error = 0;

	if (flags & MCL_CURRENT)
		error = lock_limit_check(space, space->total_bytes - space->locked_bytes, -ENOMEM);
	else if (flags)
		error = lock_limit_check(space, 0, 0);
	if (!error) {
		space->lock_future = flags & MCL_FUTURE;
		for (struct vma *vma = vma_find(space, 0); vma && (flags & MCL_CURRENT || !flags); vma = vma_next(vma))
			vma_change(space, vma, vma->protection,
				   flags ? vma->flags | MAP_LOCKED : vma->flags & (unsigned)~MAP_LOCKED);
		range_merge(space, 0, TASK_BYTES);
	}
	space_unlock(space);
	return error;
}

uint64_t mm_mapped_end(uint64_t start, uint64_t end)
{
	struct address_space *space = space_lock();
	struct vma *vma;

	while (start < end && (vma = vma_at(space, start)))
		start = vma->end;
	space_unlock(space);
	return start < end ? start : end;
}
