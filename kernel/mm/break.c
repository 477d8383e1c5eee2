/* brk(2): the VMA behind the program that grows and shrinks at its end. */
#include <linux/errno.h>

#include "kernel/lib/pages.h"
#include "kernel/mm/area.h"
#include "kernel/mm/space.h"
#include "kernel/task/process.h"

#define HEAP_LABEL "[heap]"

void mm_break_set(uint64_t start, uint64_t distance)
{
	struct address_space *space = space_lock();
	struct vma *vma;

	start = PAGE_ROUND_UP(start);
	/* The stubs of a patched program lie behind it. */
	while ((vma = vma_at(space, start)))
		start = vma->end;
	if (area_has(start, distance) && range_is_free(space, start, start + distance))
		start += distance;
	space->brk_start = start;
	space->brk_end = start;
	space_unlock(space);
}

/* Maps [from, to) behind the heap. */
static int break_grow(struct address_space *space, uint64_t from, uint64_t to)
{
	uint64_t bytes = to - from;
	struct vma *vma;
	int error = 0;

	if (!area_has(from, bytes) || !range_is_free(space, from, to) || space->vma_count >= VMA_COUNT_MAX)
		return -ENOMEM;
	if (space->lock_future)
		error = lock_limit_check(space, bytes, -ENOMEM);
	if (!error)
		error = limits_check(space, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	if (!error)
		error = space_reserve(space, 1);
	if (error)
		return error;
	vma = vma_new(space);
	vma->start = from;
	vma->end = to;
	vma->protection = PROT_READ | PROT_WRITE;
	vma->maximum = PROT_READ | PROT_WRITE | PROT_EXEC;
	vma->flags = MAP_PRIVATE | MAP_ANONYMOUS | (space->lock_future ? MAP_LOCKED : 0u);
	vma->label = HEAP_LABEL;
	vma->source.kind = MAPPING_ZERO;
	return vma_establish(space, vma, range_ground(from));
}

/* The new break, or -errno, which the caller turns into the old one. */
static int break_move(struct address_space *space, uint64_t end)
{
	uint64_t from = PAGE_ROUND_UP(space->brk_end);
	uint64_t to = PAGE_ROUND_UP(end);
	int error = 0;

	if (end < space->brk_start || end > TASK_BYTES)
		return -EINVAL;
	if (end - space->brk_start + (space->data_end - space->data_start) > process_limit(RLIMIT_DATA))
		return -ENOMEM;
	if (to < from) {
		error = space_reserve(space, 3);
		if (!error)
			error = range_unmap(space, to, from, false);
	} else if (to > from) {
		error = break_grow(space, from, to);
	}
	return error;
}

long mm_break(uint64_t end)
{
	struct address_space *space = space_lock();
	uint64_t result;

	if (break_move(space, end) == 0)
		space->brk_end = end;
	result = space->brk_end;
	space_unlock(space);
	return (long)result;
}
