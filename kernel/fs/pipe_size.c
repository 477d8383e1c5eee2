/* The capacity of a pipe: F_GETPIPE_SZ and F_SETPIPE_SZ. */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/eventpoll.h>

#include "kernel/fs/pipe.h"
#include "kernel/lib/heap.h"
#include "kernel/task/process.h"

long pipe_get_bytes(const struct file *file)
{
	const struct pipe *pipe = pipe_of(file);

	return pipe ? (long)(__atomic_load_n(&pipe->slot_count, __ATOMIC_RELAXED) * PAGE_BYTES) : -EBADF;
}

/* Moves the used slots to the start of another array. The pipe is locked. */
static void slots_replace(struct pipe *pipe, struct pipe_slot *slots, uint32_t count)
{
	uint32_t used = pipe->head - pipe->tail;

	for (uint32_t i = 0; i < used; i++)
		slots[i] = *pipe_slot(pipe, pipe->tail + i);
	pipe->slots = slots;
	pipe_set(&pipe->slot_count, count);
	pipe_set(&pipe->tail, 0);
	pipe_set(&pipe->head, used);
}

long pipe_set_bytes(struct file *file, uint64_t bytes)
{
	struct pipe *pipe = pipe_of(file);
	struct pipe_slot *slots, *old;
	uint32_t count = 1;
	bool fits;

	if (!pipe)
		return -EBADF;
	if (bytes > 1ul << 31)
		return -EINVAL;
	while (count * PAGE_BYTES < bytes)
		count *= 2;
	if (count > __atomic_load_n(&pipe->slot_count, __ATOMIC_RELAXED) && count * PAGE_BYTES > PIPE_BYTES_MAX &&
	    !process_capable(CAP_SYS_RESOURCE))
		return -EPERM;
	slots = heap_alloc(count * sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	lock_acquire(&pipe->lock);
	old = pipe->slots;
	fits = pipe->head - pipe->tail <= count;
	if (fits)
		slots_replace(pipe, slots, count);
	lock_release(&pipe->lock);
	heap_free(fits ? old : slots);
	if (!fits)
		return -EBUSY;
	pipe_wake(&pipe->writers, EPOLLOUT | EPOLLWRNORM);
	return (long)(count * PAGE_BYTES);
}
