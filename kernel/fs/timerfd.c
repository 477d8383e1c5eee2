/*
 * Timers as files. What has expired is computed from the clock when somebody asks; the kernel's timer only tells those
 * who wait that it is worth asking.
 */
#include "kernel/fs/timerfd.h"

#include <linux/errno.h>
#include <linux/eventpoll.h>

#include "kernel/lib/heap.h"
#include "kernel/lib/text.h"
#include "kernel/syscall/table.h"
#include "kernel/task/interval.h"
#include "kernel/task/time.h"
#include "kernel/vfs/file.h"

struct timerfd {
	struct lock lock;
	struct wait_queue queue;
	struct interval interval;
	unsigned set_flags;
	uint64_t unread; /* expirations that were counted and nobody has read */
};

/* Counts what has expired by now into `unread`. True if the kernel's timer has to be set again. */
static bool forward(struct timerfd *timerfd, uint64_t now_ns)
{
	uint64_t passed = interval_forward(&timerfd->interval, now_ns);

	timerfd->unread += passed;
	return passed && timerfd->interval.armed;
}

static void timerfd_expired(struct timer *timer)
{
	wait_queue_wake(&container_of(timer, struct timerfd, interval.timer)->queue, EPOLLIN);
}

static uint64_t unread_take(struct timerfd *timerfd)
{
	uint64_t now_ns = interval_now(&timerfd->interval), taken;
	bool again;

	lock_acquire(&timerfd->lock);
	again = forward(timerfd, now_ns);
	taken = timerfd->unread;
	timerfd->unread = 0;
	/* Between an expiration and the read that sees it the timer rests: one edge for edge-triggered waiters. */
	if (again)
		interval_start(&timerfd->interval, now_ns, 1);
	lock_release(&timerfd->lock);
	return taken;
}

static bool is_readable(void *data)
{
	struct timerfd *timerfd = data;
	uint64_t now_ns = interval_now(&timerfd->interval);
	bool readable;

	lock_acquire(&timerfd->lock);
	readable = timerfd->unread || (timerfd->interval.armed && now_ns >= timerfd->interval.next_ns);
	/* The real-time clock was set back or runs slower than the monotonic one: our timer came early. */
	if (!readable && timerfd->interval.armed && !timer_is_armed(&timerfd->interval.timer))
		interval_start(&timerfd->interval, now_ns, 1);
	lock_release(&timerfd->lock);
	return readable;
}

static long timerfd_read(struct file *file, struct io *io, uint64_t *position)
{
	struct timerfd *timerfd = file->data;
	uint64_t value;

	(void)position;
	if (io->left < sizeof(value))
		return -EINVAL;
	while (!(value = unread_take(timerfd))) {
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_until(&timerfd->queue, is_readable, timerfd, WAIT_FOREVER))
			return -ERESTARTSYS;
	}
	return io_put(io, &value, sizeof(value)) == sizeof(value) ? (long)sizeof(value) : -EFAULT;
}

static unsigned timerfd_poll(struct file *file, struct poll_entry *entry)
{
	struct timerfd *timerfd = file->data;

	poll_add(entry, &timerfd->queue);
	return is_readable(timerfd) ? EPOLLIN : 0;
}

static void timerfd_release(struct file *file)
{
	struct timerfd *timerfd = file->data;

	interval_stop(&timerfd->interval);
	heap_free(timerfd);
}

static void timerfd_read_setting(struct timerfd *timerfd, struct __kernel_itimerspec *out)
{
	uint64_t now_ns = interval_now(&timerfd->interval);
	bool untold = false;

	lock_acquire(&timerfd->lock);
	if (forward(timerfd, now_ns)) {
		/* The kernel's timer has not been looked at since: it will not tell of what is counted here. */
		untold = timer_is_armed(&timerfd->interval.timer);
		interval_start(&timerfd->interval, now_ns, 1);
	}
	*out = interval_show(&timerfd->interval, now_ns);
	lock_release(&timerfd->lock);
	if (untold)
		wait_queue_wake(&timerfd->queue, EPOLLIN);
}

static void timerfd_show(struct file *file, struct text *text)
{
	struct timerfd *timerfd = file->data;
	struct __kernel_itimerspec setting;

	timerfd_read_setting(timerfd, &setting);
	text_print(text, "clockid: %d\nticks: %lu\nsettime flags: 0%o\nit_value: (%lu, %lu)\nit_interval: (%lu, %lu)\n",
		   timerfd->interval.clock, timerfd->unread, timerfd->set_flags, (unsigned long)setting.it_value.tv_sec,
		   (unsigned long)setting.it_value.tv_nsec, (unsigned long)setting.it_interval.tv_sec,
		   (unsigned long)setting.it_interval.tv_nsec);
}

static const struct file_ops timerfd_ops = {
	.seek = file_seek_nowhere,
	.read = timerfd_read,
	.poll = timerfd_poll,
	.release = timerfd_release,
	.show = timerfd_show,
};

int timerfd_new(int clock, unsigned flags, struct file **out)
{
	struct timerfd *timerfd = heap_new(struct timerfd);
	int error;

	if (!timerfd)
		return -ENOMEM;
	wait_queue_init(&timerfd->queue);
	interval_init(&timerfd->interval, clock, timerfd_expired);
	error = file_new_anonymous("anon_inode:[timerfd]", &timerfd_ops, O_RDWR | flags, timerfd, out);
	if (error)
		heap_free(timerfd);
	return error;
}

int timerfd_set(struct file *file, unsigned flags, const struct __kernel_itimerspec *new,
		struct __kernel_itimerspec *old)
{
	struct timerfd *timerfd = file->data;
	uint64_t now_ns;

	if (file->ops != &timerfd_ops)
		return -EINVAL;
	now_ns = interval_now(&timerfd->interval);
	lock_acquire(&timerfd->lock);
	forward(timerfd, now_ns);
	*old = interval_show(&timerfd->interval, now_ns);
	interval_set(&timerfd->interval, now_ns, timespec_to_ns(&new->it_value), flags & TFD_TIMER_ABSTIME,
		     timespec_to_ns(&new->it_interval));
	timerfd->set_flags = flags;
	timerfd->unread = 0;
	interval_start(&timerfd->interval, now_ns, 1);
	lock_release(&timerfd->lock);
	return 0;
}

int timerfd_get(struct file *file, struct __kernel_itimerspec *out)
{
	if (file->ops != &timerfd_ops)
		return -EINVAL;
	timerfd_read_setting(file->data, out);
	return 0;
}
