/* Waiting for bytes in a pipe, for room in it, and what there is to say when nobody reads any more. */
#include <linux/errno.h>
#include <linux/signal.h>

#include "kernel/fs/pipe.h"
#include "kernel/signal/send.h"
#include "kernel/syscall/table.h"

static bool is_readable(void *data)
{
	struct pipe *pipe = data;
	bool readable;

	lock_acquire(&pipe->lock);
	readable = !pipe_is_empty(pipe) || !pipe->writer_count;
	lock_release(&pipe->lock);
	return readable;
}

static bool is_writable(void *data)
{
	struct pipe *pipe = data;
	bool writable;

	lock_acquire(&pipe->lock);
	writable = !pipe_is_full(pipe) || !pipe->reader_count;
	lock_release(&pipe->lock);
	return writable;
}

/* Without the lock: whoever finds it so looks again. */
static bool seems_readable(void *data)
{
	const struct pipe *pipe = data;

	return __atomic_load_n(&pipe->head, __ATOMIC_ACQUIRE) != __atomic_load_n(&pipe->tail, __ATOMIC_RELAXED) ||
	       !__atomic_load_n(&pipe->writer_count, __ATOMIC_RELAXED);
}

static bool seems_writable(void *data)
{
	const struct pipe *pipe = data;

	return __atomic_load_n(&pipe->head, __ATOMIC_RELAXED) - __atomic_load_n(&pipe->tail, __ATOMIC_ACQUIRE) <
		       __atomic_load_n(&pipe->slot_count, __ATOMIC_RELAXED) ||
	       !__atomic_load_n(&pipe->reader_count, __ATOMIC_RELAXED);
}

int pipe_readable_await(struct pipe *pipe)
{
	if (spin_until(&pipe->writes, seems_readable, pipe))
		return 0;
	return wait_until(&pipe->readers, is_readable, pipe, WAIT_FOREVER);
}

int pipe_writable_await(struct pipe *pipe)
{
	if (spin_until(&pipe->reads, seems_writable, pipe))
		return 0;
	return wait_until(&pipe->writers, is_writable, pipe, WAIT_FOREVER);
}

int pipe_broken(unsigned flags)
{
	if (!(flags & PIPE_NO_SIGNAL))
		signal_send_current(SIGPIPE);
	return -EPIPE;
}

int pipe_wait_bytes(struct pipe *pipe, unsigned flags)
{
	bool empty, ended;

	/* Another reader may be faster. */
	do {
		if (flags & PIPE_NONBLOCK && !is_readable(pipe))
			return -EAGAIN;
		if (pipe_readable_await(pipe))
			return -ERESTARTSYS;
		lock_acquire(&pipe->lock);
		empty = pipe_is_empty(pipe);
		ended = !pipe->writer_count;
		lock_release(&pipe->lock);
	} while (empty && !ended);
	return empty ? 0 : 1;
}

int pipe_wait_room(struct pipe *pipe, unsigned flags)
{
	bool full, broken;

	do {
		if (flags & PIPE_NONBLOCK && !is_writable(pipe))
			return -EAGAIN;
		if (pipe_writable_await(pipe))
			return -ERESTARTSYS;
		lock_acquire(&pipe->lock);
		full = pipe_is_full(pipe);
		broken = !pipe->reader_count;
		lock_release(&pipe->lock);
	} while (full && !broken);
	return broken ? pipe_broken(flags) : 1;
}
