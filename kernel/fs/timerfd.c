/*
 * Timers as files. What has expired is computed from the clock when somebody asks; the kernel's timer only tells those
 * who wait that it is worth asking.
 */
#include "kernel/fs/timerfd.h"

#include <linux/errno.h>
#include <linux/eventpoll.h>

#include "kernel/host/host.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/text.h"
#include "kernel/syscall/table.h"
#include "kernel/task/time.h"
#include "kernel/task/timer.h"
#include "kernel/vfs/file.h"

struct timerfd {
	struct lock lock;
	struct wait_queue queue;
	struct timer timer;
	int clock;
	unsigned set_flags;
	bool armed;
	uint64_t next_ns; /* first expiration nobody has read; of the clock */
	uint64_t interval_ns;
	uint64_t unread; /* expirations before next_ns that nobody has read */
};

static uint64_t clock_now(const struct timerfd *timerfd)
{
	bool real = timerfd->clock == CLOCK_REALTIME || timerfd->clock == CLOCK_REALTIME_ALARM;

	return real ? host_realtime_ns() : host_monotonic_ns();
}

static uint64_t saturating_add(uint64_t left, uint64_t right)
{
	uint64_t sum;

	return __builtin_add_overflow(left, right, &sum) ? UINT64_MAX : sum;
}

/* Counts what has expired by now into `unread`. True if the kernel's timer has to be set again. */
static bool forward(struct timerfd *timerfd, uint64_t now_ns)
{
	uint64_t passed;

	if (!timerfd->armed || now_ns < timerfd->next_ns)
		return false;
	if (!timerfd->interval_ns) {
		timerfd->armed = false;
		timerfd->unread++;
		return false;
	}
	passed = 1 + (now_ns - timerfd->next_ns) / timerfd->interval_ns;
	timerfd->unread += passed;
	timerfd->next_ns = saturating_add(timerfd->next_ns, passed * timerfd->interval_ns);
	return true;
}

/* The kernel's timer for the next expiration. */
static void timer_arm(struct timerfd *timerfd, uint64_t now_ns)
{
	uint64_t wait_ns = timerfd->next_ns > now_ns ? timerfd->next_ns - now_ns : 0;

	timer_set(&timerfd->timer, timerfd->armed ? saturating_add(host_monotonic_ns(), wait_ns) : TIMER_NEVER);
}

static void timerfd_expired(struct timer *timer)
{
	wait_queue_wake(&container_of(timer, struct timerfd, timer)->queue, EPOLLIN);
}

static uint64_t unread_take(struct timerfd *timerfd)
{
	uint64_t now_ns = clock_now(timerfd), taken;
	bool again;

	lock_acquire(&timerfd->lock);
	again = forward(timerfd, now_ns);
	taken = timerfd->unread;
	timerfd->unread = 0;
	/* Between an expiration and the read that sees it the timer rests: one edge for edge-triggered waiters. */
	if (again)
		timer_arm(timerfd, now_ns);
	lock_release(&timerfd->lock);
	return taken;
}

static bool is_readable(void *data)
{
	struct timerfd *timerfd = data;
	uint64_t now_ns = clock_now(timerfd);
	bool readable;

	lock_acquire(&timerfd->lock);
	readable = timerfd->unread || (timerfd->armed && now_ns >= timerfd->next_ns);
	/* The real-time clock was set back or runs slower than the monotonic one: our timer came early. */
	if (!readable && timerfd->armed && !timer_is_armed(&timerfd->timer))
		timer_arm(timerfd, now_ns);
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

	timer_set(&timerfd->timer, TIMER_NEVER);
	heap_free(timerfd);
}

/* Time left until the next expiration, and the interval. The timer is locked and forwarded. */
static void setting_get(const struct timerfd *timerfd, uint64_t now_ns, struct __kernel_itimerspec *out)
{
	uint64_t left_ns = timerfd->armed && timerfd->next_ns > now_ns ? timerfd->next_ns - now_ns : 0;

	*out = (struct __kernel_itimerspec){timespec_from_ns(timerfd->interval_ns), timespec_from_ns(left_ns)};
}

static void timerfd_read_setting(struct timerfd *timerfd, struct __kernel_itimerspec *out)
{
	uint64_t now_ns = clock_now(timerfd);

	lock_acquire(&timerfd->lock);
	if (forward(timerfd, now_ns))
		timer_arm(timerfd, now_ns);
	setting_get(timerfd, now_ns, out);
	lock_release(&timerfd->lock);
}

static void timerfd_show(struct file *file, struct text *text)
{
	struct timerfd *timerfd = file->data;
	struct __kernel_itimerspec setting;

	timerfd_read_setting(timerfd, &setting);
	text_print(text, "clockid: %d\nticks: %lu\nsettime flags: 0%o\nit_value: (%lu, %lu)\nit_interval: (%lu, %lu)\n",
		   timerfd->clock, timerfd->unread, timerfd->set_flags, (unsigned long)setting.it_value.tv_sec,
		   (unsigned long)setting.it_value.tv_nsec, (unsigned long)setting.it_interval.tv_sec,
		   (unsigned long)setting.it_interval.tv_nsec);
}

static const struct file_ops timerfd_ops = {
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
	timer_init(&timerfd->timer, timerfd_expired);
	timerfd->clock = clock;
	error = file_new_anonymous("anon_inode:[timerfd]", &timerfd_ops, O_RDWR | flags, timerfd, out);
	if (error)
		heap_free(timerfd);
	return error;
}

int timerfd_set(struct file *file, unsigned flags, const struct __kernel_itimerspec *new,
		struct __kernel_itimerspec *old)
{
	struct timerfd *timerfd = file->data;
	uint64_t value_ns = timespec_to_ns(&new->it_value), now_ns;

	if (file->ops != &timerfd_ops)
		return -EINVAL;
	now_ns = clock_now(timerfd);
	lock_acquire(&timerfd->lock);
	forward(timerfd, now_ns);
	setting_get(timerfd, now_ns, old);
	timerfd->armed = value_ns != 0;
	timerfd->next_ns = flags & TFD_TIMER_ABSTIME ? value_ns : saturating_add(now_ns, value_ns);
	timerfd->interval_ns = timespec_to_ns(&new->it_interval);
	timerfd->set_flags = flags;
	timerfd->unread = 0;
	timer_arm(timerfd, now_ns);
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
