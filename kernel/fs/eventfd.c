/* Event counters: see eventfd(2). */
#include "kernel/fs/eventfd.h"

#include <linux/errno.h>
#include <linux/eventpoll.h>

#include "kernel/lib/heap.h"
#include "kernel/lib/text.h"
#include "kernel/syscall/table.h"
#include "kernel/vfs/file.h"

#define COUNT_MAX (UINT64_MAX - 1)

struct eventfd {
	struct lock lock;
	struct wait_queue queue;
	uint64_t count;
	bool semaphore;
	uint64_t number; /* for fdinfo */
};

static bool is_readable(void *data)
{
	return __atomic_load_n(&((struct eventfd *)data)->count, __ATOMIC_SEQ_CST) != 0;
}

static bool count_take(struct eventfd *event, uint64_t *value)
{
	lock_acquire(&event->lock);
	*value = event->semaphore && event->count ? 1 : event->count;
	__atomic_store_n(&event->count, event->count - *value, __ATOMIC_RELAXED);
	lock_release(&event->lock);
	return *value != 0;
}

static long eventfd_read(struct file *file, struct io *io, uint64_t *position)
{
	struct eventfd *event = file->data;
	uint64_t value;

	(void)position;
	if (io->left < sizeof(value))
		return -EINVAL;
	while (!count_take(event, &value)) {
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_until(&event->queue, is_readable, event, WAIT_FOREVER))
			return -ERESTARTSYS;
	}
	wait_queue_wake(&event->queue, EPOLLOUT);
	return io_put(io, &value, sizeof(value)) == sizeof(value) ? (long)sizeof(value) : -EFAULT;
}

/* A write that waits, and what it waits to add. */
struct addition {
	struct eventfd *event;
	uint64_t value;
};

static bool is_writable(void *data)
{
	const struct addition *addition = data;

	return __atomic_load_n(&addition->event->count, __ATOMIC_SEQ_CST) <= COUNT_MAX - addition->value;
}

static bool count_add(struct eventfd *event, uint64_t value)
{
	bool fits;

	lock_acquire(&event->lock);
	fits = value <= COUNT_MAX - event->count;
	if (fits)
		__atomic_store_n(&event->count, event->count + value, __ATOMIC_RELAXED);
	lock_release(&event->lock);
	return fits;
}

/* The current segment, which has so many bytes. */
static long segment_write(struct file *file, struct io *io, size_t bytes)
{
	struct addition addition = {.event = file->data};

	/* Linux 6.10 and later: not a byte more, either. */
	if (bytes != sizeof(addition.value))
		return -EINVAL;
	if (io_get(io, &addition.value, sizeof(addition.value)) < sizeof(addition.value))
		return -EFAULT;
	if (addition.value == UINT64_MAX)
		return -EINVAL;
	while (!count_add(addition.event, addition.value)) {
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_until(&addition.event->queue, is_writable, &addition, WAIT_FOREVER))
			return -ERESTARTSYS;
	}
	wait_queue_wake(&addition.event->queue, EPOLLIN);
	return sizeof(addition.value);
}

/* For Linux each segment of a writev is a write of its own here, of which the first may be empty. */
static long eventfd_write(struct file *file, struct io *io, uint64_t *position)
{
	long done = 0, part;

	(void)position;
	do {
		part = segment_write(file, io, io->segments->bytes - io->offset);
		if (part > 0)
			done += part;
	} while (part > 0 && io_segment_next(io));
	return done ? done : part;
}

static unsigned eventfd_poll(struct file *file, struct poll_entry *entry)
{
	struct eventfd *event = file->data;
	uint64_t count;

	poll_add(entry, &event->queue);
	count = __atomic_load_n(&event->count, __ATOMIC_SEQ_CST);
	return (count ? EPOLLIN : 0) | (count == UINT64_MAX ? EPOLLERR : 0) | (count < COUNT_MAX ? EPOLLOUT : 0);
}

static void eventfd_release(struct file *file)
{
	struct eventfd *event = file->data;

	wait_queue_wake(&event->queue, EPOLLHUP);
	heap_free(event);
}

static void eventfd_show(struct file *file, struct text *text)
{
	const struct eventfd *event = file->data;

	text_print(text, "eventfd-count: %16lx\neventfd-id: %lu\neventfd-semaphore: %d\n", event->count, event->number,
		   event->semaphore);
}

static const struct file_ops eventfd_ops = {
	.no_splice_to = true,
	.seek = file_seek_nowhere,
	.read = eventfd_read,
	.write = eventfd_write,
	.poll = eventfd_poll,
	.release = eventfd_release,
	.show = eventfd_show,
};

int eventfd_new(uint32_t count, bool semaphore, unsigned flags, struct file **out)
{
	static uint64_t last_number;
	struct eventfd *event = heap_new(struct eventfd);
	int error;

	if (!event)
		return -ENOMEM;
	wait_queue_init(&event->queue);
	event->count = count;
	event->semaphore = semaphore;
	event->number = __atomic_fetch_add(&last_number, 1, __ATOMIC_RELAXED);
	error = file_new_anonymous("anon_inode:[eventfd]", &eventfd_ops, O_RDWR | flags, event, out);
	if (error)
		heap_free(event);
	return error;
}
