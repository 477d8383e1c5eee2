/* Putting mappings into an address space and taking them out: the steps that all calls share, and munmap(2). */
#include <linux/errno.h>

#include "kernel/lib/pages.h"
#include "kernel/mm/area.h"
#include "kernel/mm/patch.h"
#include "kernel/mm/refresh.h"
#include "kernel/mm/space.h"

#define WITHDRAWN_BYTES_MAX (1ul << 20)

enum ground range_ground(uint64_t start)
{
	return area_is_low(start) ? GROUND_ANY : GROUND_RESERVED;
}

/*
 * Gives a range of one VMA back. Large memory is taken away for good, as are files: what the host remembers of its
 * pages' owner (anon_vma) would spread over the reservation, and keep it from merging with smaller mappings beside it.
 */
static int mapping_take(const struct vma *vma, uint64_t start, uint64_t end)
{
	if (vma_is_anonymous(vma) && !vma->advice && !area_is_low(start) && end - start <= WITHDRAWN_BYTES_MAX)
		return backing_withdraw(start, end);
	return backing_clear(start, end);
}

/* Makes the accessible part of a range inaccessible: kept for reuse if it is one piece of memory, else given back. */
static int range_vacate(struct address_space *space, uint64_t start, uint64_t end)
{
	const struct vma *first = NULL;
	uint64_t from = 0;
	uint64_t to = 0;
	unsigned pieces = 0;
	int error;

	for (struct vma *vma = vma_find(space, start); vma && vma->start < end; vma = vma_next(vma)) {
		/* What the host was told of it must not stay with the reservation. */
		if (vma->pristine && !vma->advice)
			continue;
		if (pieces++ == 0) {
			first = vma;
			from = vma->start > start ? vma->start : start;
		}
		to = vma->end < end ? vma->end : end;
	}
	if (pieces == 0 || (pieces == 1 && recycle_keep(space, first, from, to)))
		return 0;
	error = pieces == 1 ? mapping_take(first, from, to) : backing_clear(from, to);
	if (!error)
		recycle_forget(space, from, to);
	return error;
}

int range_unmap(struct address_space *space, uint64_t start, uint64_t end, bool replace)
{
	struct vma *vma = vma_find(space, start);
	int error;

	if (!vma || vma->start >= end)
		return 0;
	if (vma->start < start && vma->end > end && space->vma_count >= VMA_COUNT_MAX)
		return -ENOMEM;
	if (!replace) {
		error = range_vacate(space, start, end);
		if (error)
			return error;
	}
	/* Searched for again each time: settling may remove stubs. */
	while ((vma = vma_find(space, start)) && vma->start < end) {
		vma = vma_isolate(space, vma, start, end);
		vma_remove(space, vma);
		patch_settle(space, vma);
	}
	roomy_release(space, start, end);
	return 0;
}

int ground_prepare(struct address_space *space, struct vma *vma, enum ground ground)
{
	bool anonymous = vma_is_anonymous(vma) && !vma->shared;
	bool shows_file = ground == GROUND_RESERVED && recycle_shows_file(space, vma->start, vma->end);
	int error = 0;

	if (shows_file && !anonymous)
		ground = GROUND_ANY;
	/* Garbage that stays: it would show when the memory is made readable. */
	else if (shows_file || (ground == GROUND_RESERVED && anonymous && !(vma->protection & PROT_WRITE)))
		error = recycle_give_back(space, vma->start, vma->end);
	vma->backed = vma->end;
	vma->version = vma_version(vma);
	vma->pristine = anonymous && vma->protection == PROT_NONE;
	if (!error)
		error = backing_map(vma, vma->start, vma->end, ground);
	if (!error && ground == GROUND_RESERVED && anonymous)
		error = recycle_zero(space, vma->start, vma->end);
	recycle_forget(space, vma->start, vma->end);
	return error;
}

int vma_establish(struct address_space *space, struct vma *vma, enum ground ground)
{
	int error = ground_prepare(space, vma, ground);

	if (error) {
		(void)backing_clear(vma->start, vma->end);
		vma_discard(space, vma);
		return error;
	}
	vma_insert(space, vma);
	patch_apply(space, vma);
	vma_merge(space, vma);
	return 0;
}

/* What of [start, end) lies in the area of the address `in`. */
static int area_unmap(struct address_space *space, uint64_t in, uint64_t start, uint64_t end)
{
	if (start < area_start(in))
		start = area_start(in);
	if (end > area_end(in))
		end = area_end(in);
	return start < end ? range_unmap(space, start, end, false) : 0;
}

long mm_unmap(uint64_t start, uint64_t bytes)
{
	uint64_t end = start + PAGE_ROUND_UP(bytes);
	struct address_space *space;
	int error;

	if (start % PAGE_BYTES || end <= start || end > TASK_BYTES)
		return -EINVAL;
	space = space_lock();
	error = space_reserve(space, 3);
	if (!error)
		error = area_unmap(space, 0, start, end);
	if (!error)
		error = area_unmap(space, kernel_boot()->user_base, start, end);
	space_unlock(space);
	return error;
}

/* As shmdt(2): pieces of the mapping that are left, as far as they still show what was mapped there. */
long mm_unmap_shared(uint64_t address)
{
	struct address_space *space = space_lock();
	struct shared_memory *shared = NULL;
	struct vma *vma = vma_find(space, address);
	int error = -EINVAL;

	while (vma && (!shared || vma->start - address < shared->page_count * PAGE_BYTES)) {
		uint64_t end = vma->end;

		if (vma->shared && vma->shared->segment && vma->start - vma->offset == address &&
		    (!shared || vma->shared == shared)) {
			shared = vma->shared;
			error = space_reserve(space, 3);
			if (!error)
				error = range_unmap(space, vma->start, end, false);
			if (error)
				break;
		}
		vma = vma_find(space, end);
	}
	space_unlock(space);
	return error;
}
