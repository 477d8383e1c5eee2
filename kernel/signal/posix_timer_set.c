/* Setting and asking the timers of timer_create(2): see posix_timer.h. */
#include <linux/errno.h>

#include "kernel/signal/posix_timer.h"
#include "kernel/task/clock.h"
#include "kernel/task/process.h"
#include "kernel/task/time.h"

/* With the timers' lock; NULL without it. */
static struct posix_timer *timer_lock(int id)
{
	struct process *process = process_current();
	struct posix_timer *timer;

	lock_acquire(&process->timers.lock);
	timer = posix_timer_by_id(process, id);
	if (!timer)
		lock_release(&process->timers.lock);
	return timer;
}

static void timer_unlock(void)
{
	lock_release(&process_current()->timers.lock);
}

/* One whose signal is on its way has its next point ahead, if it has one. */
static struct __kernel_itimerspec setting_get(struct posix_timer *timer, uint64_t now_ns)
{
	struct __kernel_itimerspec setting;
	bool counts = timer->silent || posix_timer_is_expired(timer);

	if (counts && !timer->interval.interval_ns)
		return timer->silent ? interval_show(&timer->interval, now_ns) : (struct __kernel_itimerspec){0};
	if (counts)
		timer->passed += interval_forward(&timer->interval, now_ns);
	setting = interval_show(&timer->interval, now_ns);
	/* It has come, and the signal is about to be sent. */
	if (timer->interval.armed && !counts && !interval_left(&timer->interval, now_ns))
		setting.it_value.tv_nsec = 1;
	return setting;
}

static void setting_change(struct posix_timer *timer, uint64_t now_ns, unsigned flags,
			   const struct __kernel_itimerspec *new)
{
	uint64_t value_ns = timespec_to_ns(&new->it_value);

	interval_stop(&timer->interval);
	timer->setting = ++timer->process->timers.setting_count;
	timer->expired = false;
	timer->passed = 0;
	timer->overrun = 0;
	interval_set(&timer->interval, now_ns, value_ns, flags & TIMER_ABSTIME,
		     value_ns ? timespec_to_ns(&new->it_interval) : 0);
	if (!timer->silent)
		posix_timer_start(timer, now_ns);
}

int posix_timer_set(int id, unsigned flags, const struct __kernel_itimerspec *new, struct __kernel_itimerspec *old)
{
	struct posix_timer *timer = timer_lock(id);
	uint64_t now_ns;
	int error;

	if (!timer)
		return -EINVAL;
	error = clock_read(timer->interval.clock, &now_ns) ? -ESRCH : 0;
	if (!error) {
		*old = setting_get(timer, now_ns);
		setting_change(timer, now_ns, flags, new);
	}
	timer_unlock();
	return error;
}

int posix_timer_get(int id, struct __kernel_itimerspec *out)
{
	struct posix_timer *timer = timer_lock(id);
	uint64_t now_ns;

	if (!timer)
		return -EINVAL;
	*out = (struct __kernel_itimerspec){0};
	/* As Linux has it: nothing is left of a clock that is no more. */
	if (!clock_read(timer->interval.clock, &now_ns))
		*out = setting_get(timer, now_ns);
	timer_unlock();
	return 0;
}

int posix_timer_overrun(int id)
{
	struct posix_timer *timer = timer_lock(id);
	int overrun;

	if (!timer)
		return -EINVAL;
	overrun = timer->overrun;
	timer_unlock();
	return overrun;
}

int posix_timer_delete(int id)
{
	struct posix_timer *timer = timer_lock(id);

	if (!timer)
		return -EINVAL;
	posix_timer_free(timer);
	timer_unlock();
	return 0;
}
