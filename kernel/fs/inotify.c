/* inotify instances as files: see inotify.h. */
#include <linux/inotify.h>

#include <asm-generic/ioctls.h>
#include <linux/errno.h>
#include <linux/eventpoll.h>

#include "kernel/fs/inotify.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"
#include "kernel/syscall/table.h"
#include "kernel/task/process.h"

#define READABLE (EPOLLIN | EPOLLRDNORM)

void inotify_wake(struct inotify *inotify)
{
	wait_queue_wake(&inotify->readers, READABLE);
}

static void inotify_free(struct inotify *inotify)
{
	list_for_each_safe(at, after, &inotify->events)
	{
		list_remove(at);
		if (at != &inotify->overflow->list)
			heap_free(list_entry(at, struct inotify_entry, list));
	}
	heap_free(inotify->overflow);
	heap_free(inotify);
}

void inotify_put(struct inotify *inotify)
{
	if (__atomic_sub_fetch(&inotify->references, 1, __ATOMIC_ACQ_REL) == 0)
		inotify_free(inotify);
}

static bool is_readable(void *data)
{
	const struct inotify *inotify = data;

	return __atomic_load_n(&inotify->event_count, __ATOMIC_SEQ_CST) != 0;
}

/* -EFAULT; the event is lost then, as it is on Linux. */
static long entry_copy(const struct inotify_entry *entry, struct io *io)
{
	size_t bytes = inotify_entry_bytes(entry), padding;
	struct inotify_event head = {
		.wd = entry->number,
		.mask = entry->event,
		.cookie = entry->cookie,
		.len = (uint32_t)(bytes - sizeof(head)),
	};

	padding = head.len - entry->name_bytes;
	if (io_put(io, &head, sizeof(head)) != sizeof(head) ||
	    io_put(io, entry->name, entry->name_bytes) != entry->name_bytes || io_put_zero(io, padding) != padding)
		return -EFAULT;
	return (long)bytes;
}

/* The next event's bytes, 0 if there is none, -EINVAL if there is no room for it, -EFAULT */
static long entry_read(struct inotify *inotify, struct io *io)
{
	int error;
	struct inotify_entry *entry = inotify_dequeue(inotify, io->left, &error);
	long bytes;

	if (!entry)
		return error;
	bytes = entry_copy(entry, io);
	if (entry != inotify->overflow)
		heap_free(entry);
	return bytes;
}

static long inotify_read(struct file *file, struct io *io, uint64_t *position)
{
	struct inotify *inotify = file->data;
	long done = 0, part;

	(void)position;
	/* Linux reads into one segment at a time: no event spans two. */
	if (io->left > io->segments->bytes - io->offset)
		io->left = io->segments->bytes - io->offset;
	for (;;) {
		part = entry_read(inotify, io);
		if (part > 0) {
			done += part;
			continue;
		}
		if (part || done)
			break;
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_until(&inotify->readers, is_readable, inotify, WAIT_FOREVER))
			return -ERESTARTSYS;
	}
	return done && part != -EFAULT ? done : part;
}

static unsigned inotify_poll(struct file *file, struct poll_entry *entry)
{
	struct inotify *inotify = file->data;

	poll_add(entry, &inotify->readers);
	return is_readable(inotify) ? READABLE : 0;
}

static long inotify_ioctl(struct file *file, unsigned request, uint64_t argument)
{
	if (request != FIONREAD)
		return -ENOTTY;
	return put_user_u32(argument, (uint32_t)inotify_queue_bytes(file->data));
}

static void inotify_release(struct file *file)
{
	inotify_leave(file->data);
	inotify_put(file->data);
}

static void inotify_show(struct file *file, struct text *text)
{
	inotify_show_watches(file->data, text);
}

static const struct file_ops inotify_ops = {
	.seek = file_seek_nowhere,
	.read = inotify_read,
	.poll = inotify_poll,
	.ioctl = inotify_ioctl,
	.release = inotify_release,
	.show = inotify_show,
};

struct inotify *inotify_of(const struct file *file)
{
	return file->ops == &inotify_ops ? file->data : NULL;
}

static struct inotify *inotify_alloc(void)
{
	struct inotify *inotify = heap_new(struct inotify);

	if (!inotify)
		return NULL;
	inotify->overflow = heap_new(struct inotify_entry);
	if (!inotify->overflow) {
		heap_free(inotify);
		return NULL;
	}
	inotify->references = 1;
	inotify->uid = process_current()->credentials.uid;
	inotify->overflow->number = -1;
	inotify->overflow->event = IN_Q_OVERFLOW;
	list_init(&inotify->overflow->list);
	list_init(&inotify->events);
	wait_queue_init(&inotify->readers);
	return inotify;
}

int inotify_new(unsigned flags, struct file **out)
{
	struct inotify *inotify = inotify_alloc();
	int error;

	if (!inotify)
		return -ENOMEM;
	error = inotify_enter(inotify);
	if (!error) {
		error = file_new_anonymous("anon_inode:inotify", &inotify_ops, O_RDONLY | flags, inotify, out);
		if (error)
			inotify_leave(inotify);
	}
	if (error)
		inotify_put(inotify);
	return error;
}
