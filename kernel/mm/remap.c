/* mremap(2). The host has no mremap for us: mappings grow in place, or what they show is mapped anew and copied. */
#include <linux/errno.h>

#include "kernel/lib/heap.h"
#include "kernel/lib/pages.h"
#include "kernel/mm/area.h"
#include "kernel/mm/move.h"
#include "kernel/mm/space.h"

#define REMAP_FLAGS (unsigned)(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP)

/* A request's rounded arguments. */
struct remap {
	uint64_t old;
	uint64_t old_bytes;
	uint64_t new;
	uint64_t new_bytes;
	unsigned flags;
	uint64_t *buffer; /* for mapping_move */
};

static int remap_check(const struct remap *remap)
{
	unsigned flags = remap->flags;

	if (flags & ~REMAP_FLAGS || (flags & MREMAP_FIXED && !(flags & MREMAP_MAYMOVE)))
		return -EINVAL;
	if (flags & MREMAP_DONTUNMAP && (!(flags & MREMAP_MAYMOVE) || remap->old_bytes != remap->new_bytes))
		return -EINVAL;
	if (remap->old % PAGE_BYTES || remap->new_bytes == 0 || remap->new_bytes > TASK_BYTES)
		return -EINVAL;
	if (!(flags & MREMAP_FIXED))
		return 0;
	if (remap->new % PAGE_BYTES || remap->new > TASK_BYTES - remap->new_bytes)
		return -EINVAL;
	if (remap->old + remap->old_bytes > remap->new && remap->new + remap->new_bytes > remap->old)
		return -EINVAL;
	return area_has(remap->new, remap->new_bytes) ? 0 : -ENOMEM;
}

/* What Linux's check_prep_vma refuses, for a mapping that moves or grows. */
static int vma_check(const struct address_space *space, const struct vma *vma, const struct remap *remap)
{
	uint64_t more = remap->new_bytes > remap->old_bytes ? remap->new_bytes - remap->old_bytes : 0;
	int error = 0;

	if (remap->old_bytes == 0 && !(vma->flags & MAP_SHARED))
		return -EINVAL;
	/* What is cut off may reach over other mappings and holes. */
	if ((more ? remap->old_bytes : remap->new_bytes) > vma->end - remap->old)
		return -EFAULT;
	if (more == 0)
		return 0;
	if (vma->file && vma->offset + (remap->old - vma->start) > INT64_MAX - remap->new_bytes)
		return -EINVAL;
	if (vma->flags & MAP_LOCKED)
		error = lock_limit_check(space, more, -EAGAIN);
	return error ? error : limits_check(space, more, vma->protection, vma->flags);
}

/* Everything that a move may need: nothing is unmapped before it is there. */
static int memory_prepare(struct address_space *space, struct remap *remap)
{
	remap->buffer = heap_alloc(MOVE_BUFFER_BYTES);
	return remap->buffer ? space_reserve(space, 12) : -ENOMEM;
}

/* More pages behind a VMA. */
static int vma_extend(struct address_space *space, struct vma *vma, uint64_t bytes)
{
	struct vma *more;
	int error = space_reserve(space, 2);

	if (error || vma->stubs)
		return error ? error : -ENOMEM;
	more = vma_copy(space, vma);
	more->start = vma->end;
	more->end = vma->end + bytes;
	more->offset = vma->offset + (vma->end - vma->start);
	return vma_establish(space, more, range_ground(more->start));
}

/* Where a mapping moves that may go anywhere: 0 is nowhere. */
static uint64_t place_find(struct address_space *space, const struct vma *vma, const struct remap *remap)
{
	uint64_t hint = PAGE_ROUND_DOWN(remap->new);
	uint64_t bytes = remap->new_bytes;
	bool memory = vma_is_anonymous(vma);
	uint64_t place = 0;

	if (hint && area_has(hint, bytes) && range_is_free(space, hint, hint + bytes))
		return hint;
	if (memory && vma->protection & PROT_WRITE)
		place = recycle_find(space, bytes, false);
	return place ? place
		     : space_place(space, bytes, memory && mapping_is_roomy(bytes, vma->protection, vma->flags));
}

/* The memory for it is prepared. */
static long remap_move(struct address_space *space, struct vma *vma, struct remap *remap)
{
	uint64_t place = remap->new;
	int error;

	if (space->vma_count + 3 > VMA_COUNT_MAX)
		return -ENOMEM;
	if (!(remap->flags & MREMAP_FIXED))
		place = place_find(space, vma, remap);
	if (!place)
		return -ENOMEM;
	error = mapping_move(space, vma, remap->old, remap->old_bytes, place, remap->new_bytes,
			     remap->flags & MREMAP_DONTUNMAP, remap->buffer);
	return error ? error : (long)place;
}

/* With a new place: makes room there, and shortens the old mapping first if it shrinks. */
static long remap_elsewhere(struct address_space *space, struct vma *vma, struct remap *remap)
{
	int error = vma_check(space, vma, remap);

	if (!error)
		error = memory_prepare(space, remap);
	if (!error && remap->flags & MREMAP_FIXED)
		error = range_unmap(space, remap->new, remap->new + remap->new_bytes, false);
	if (!error && remap->new_bytes < remap->old_bytes) {
		error = range_unmap(space, remap->old + remap->new_bytes, remap->old + remap->old_bytes, false);
		remap->old_bytes = remap->new_bytes;
	}
	/* It was cut perhaps. */
	return error ? error : remap_move(space, vma_at(space, remap->old), remap);
}

static long remap_in_place(struct address_space *space, struct vma *vma, struct remap *remap)
{
	uint64_t old_end = remap->old + remap->old_bytes;
	uint64_t more;
	int error;

	if (remap->new_bytes < remap->old_bytes) {
		error = space_reserve(space, 3);
		if (!error)
			error = range_unmap(space, remap->old + remap->new_bytes, old_end, false);
		return error ? error : (long)remap->old;
	}
	/* Nothing to do, whatever lies in the range: so since Linux 6.17. */
	if (remap->new_bytes == remap->old_bytes)
		return (long)remap->old;
	error = vma_check(space, vma, remap);
	if (error)
		return error;
	more = remap->new_bytes - remap->old_bytes;
	if (remap->old_bytes && old_end == vma->end && vma_room(vma) >= more && vma_extend(space, vma, more) == 0)
		return (long)remap->old;
	if (!(remap->flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	/* A hint only counts with MREMAP_DONTUNMAP. */
	remap->new = 0;
	error = memory_prepare(space, remap);
	return error ? error : remap_move(space, vma, remap);
}

long mm_remap(uint64_t old, uint64_t old_bytes, uint64_t new_bytes, unsigned flags, uint64_t new_address)
{
	struct remap remap = {old, PAGE_ROUND_UP(old_bytes), new_address, PAGE_ROUND_UP(new_bytes), flags, NULL};
	struct address_space *space;
	struct vma *vma;
	long result = remap_check(&remap);

	if (result)
		return result;
	space = space_lock();
	vma = vma_at(space, old);
	if (!vma)
		result = -EFAULT;
	else if (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))
		result = remap_elsewhere(space, vma, &remap);
	else
		result = remap_in_place(space, vma, &remap);
	space_unlock(space);
	heap_free(remap.buffer);
	return result;
}
