/* Standard input and output: bytes from and to the host's descriptors. See console.h. */
#include "kernel/fs/console.h"

#include <linux/errno.h>
#include <linux/eventpoll.h>
#include <linux/signal.h>

#include "kernel/host/boot.h"
#include "kernel/host/host.h"
#include "kernel/signal/send.h"
#include "kernel/syscall/table.h"
#include "kernel/task/poller.h"
#include "kernel/vfs/file.h"

/* A pipe that polls writable takes at least this much without blocking. */
#define PIPE_BYTES_ATOMIC 4096

struct wait_queue console_input = {.entries = {&console_input.entries, &console_input.entries}};

/* Between a poll that finds input and the read of it: else two threads see the same bytes, and one of them blocks. */
static struct lock input_lock;

short console_input_wanted(void)
{
	return wait_queue_is_empty(&console_input) ? 0 : POLLIN;
}

/* The host's answer for one descriptor, without waiting. */
static short host_events(int fd, short wanted)
{
	static const struct __kernel_timespec no_time;
	struct pollfd entry = {.fd = fd, .events = wanted};

	return host_ppoll(&entry, 1, &no_time) > 0 ? entry.revents : 0;
}

bool console_input_ready(void)
{
	return host_events(0, POLLIN) != 0;
}

/* Where the next bytes of an io go or come from, in one piece; the host checks application memory itself. */
static void *io_piece(struct io *io, size_t *bytes)
{
	while (io->segments->bytes == io->offset) {
		io->segments++;
		io->offset = 0;
	}
	*bytes = io->segments->bytes - io->offset;
	if (*bytes > io->left)
		*bytes = io->left;
	return (void *)(uintptr_t)(io->segments->base + io->offset);
}

static void io_advance(struct io *io, size_t bytes)
{
	io->offset += bytes;
	io->left -= bytes;
}

static long input_read(struct io *io)
{
	size_t bytes;
	void *to = io_piece(io, &bytes);
	long result = -EAGAIN;

	lock_acquire(&input_lock);
	if (console_input_ready())
		result = host_read(0, to, bytes);
	lock_release(&input_lock);
	if (result > 0)
		io_advance(io, (size_t)result);
	return result;
}

static bool input_is_ready(void *data)
{
	(void)data;
	return console_input_ready();
}

long console_read(struct file *file, struct io *io, uint64_t *position)
{
	const struct console_end *end = file->data;

	(void)position;
	if (end->input < 0)
		return -EIO;
	if (!io->left)
		return 0;
	for (;;) {
		long result = input_read(io);

		if (result != -EAGAIN && result != -EINTR)
			return result;
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_until(&console_input, input_is_ready, NULL, WAIT_FOREVER))
			return -ERESTARTSYS;
	}
}

/* Sleeps in the host until the descriptor takes bytes, or a kick. 0, -ERESTARTSYS. */
static long output_wait(int fd)
{
	struct pollfd entry = {.fd = fd, .events = POLLOUT};
	long ready;

	for (;;) {
		if (thread_is_interrupted(current))
			return -ERESTARTSYS;
		thread_idle_begin();
		ready = host_ppoll(&entry, 1, NULL);
		thread_idle_end();
		if (ready > 0)
			return 0;
	}
}

/* One write to the host. It waits for room, and -EINTR: a kick ended that; or it gets what surely fits, or -EAGAIN. */
static long output_write(int fd, struct io *io, bool wait)
{
	size_t bytes;
	const void *from = io_piece(io, &bytes);
	long result;

	if (wait) {
		result = host_write_waiting(fd, from, bytes);
	} else {
		if (!(host_events(fd, POLLOUT) & (POLLOUT | POLLERR | POLLHUP)))
			return -EAGAIN;
		if (bytes > PIPE_BYTES_ATOMIC)
			bytes = PIPE_BYTES_ATOMIC;
		result = host_write(fd, from, bytes);
	}
	if (result > 0)
		io_advance(io, (size_t)result);
	return result;
}

/* SIGKILL, or another thread ends the process: not even what seems to fit is written, others may fill the pipe. */
static bool is_to_end(const struct thread *thread)
{
	signal_set_t pending = thread->signals.pending | thread->process->pending;

	return thread->kick & KICK_EXIT || pending & SIGNAL_BIT(SIGKILL);
}

/* As Linux's pipes: a signal ends the wait for room, not the write of what there is room for. */
static long output_step(int fd, struct io *io, bool nonblock)
{
	bool interrupted = thread_is_interrupted(current);
	long result;

	if (interrupted && is_to_end(current))
		return -ERESTARTSYS;
	result = output_write(fd, io, !nonblock && !interrupted);
	if (result == -EINTR)
		return 0;
	if (result != -EAGAIN || nonblock)
		return result;
	return interrupted ? -ERESTARTSYS : output_wait(fd);
}

long console_write(struct file *file, struct io *io, uint64_t *position)
{
	const struct console_end *end = file->data;
	uint64_t wanted = io->left;
	long result = 0;

	(void)position;
	if (end->output < 0)
		return -EIO;
	while (io->left && result >= 0)
		result = output_step(end->output, io, file->flags & O_NONBLOCK);
	if (result == -EPIPE)
		signal_send_current(SIGPIPE);
	return io->left < wanted || result >= 0 ? (long)(wanted - io->left) : result;
}

unsigned console_poll(struct file *file, struct poll_entry *entry)
{
	const struct console_end *end = file->data;
	unsigned events = 0;

	if (FILE_READABLE(file) && end->input >= 0) {
		short host;

		poll_add(entry, &console_input);
		host = host_events(end->input, POLLIN | POLLPRI | POLLRDHUP);
		events |= (unsigned short)host | (host & POLLIN ? EPOLLRDNORM : 0);
	}
	/* Nobody polls for room on behalf of others: a write that finds none waits in the host itself. */
	if (FILE_WRITABLE(file) && end->output >= 0)
		events |= EPOLLOUT | EPOLLWRNORM | (unsigned)(host_events(end->output, 0) & (POLLERR | POLLHUP));
	return events;
}
