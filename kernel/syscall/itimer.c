/* getitimer, setitimer and alarm. */
#include <linux/errno.h>

#include "kernel/signal/itimer.h"
#include "kernel/syscall/table.h"
#include "kernel/syscall/timeout.h"
#include "kernel/task/time.h"

#define NS_PER_US 1000

static struct __kernel_old_timeval timeval_from_ns(uint64_t ns)
{
	return (struct __kernel_old_timeval){(long)(ns / NS_PER_SECOND), (long)(ns % NS_PER_SECOND / NS_PER_US)};
}

static long setting_put(user_t to, const struct itimer_setting *setting)
{
	struct __kernel_old_itimerval out = {timeval_from_ns(setting->interval_ns), timeval_from_ns(setting->value_ns)};

	return copy_to_user(to, &out, sizeof(out));
}

static bool timeval_to_ns(const struct __kernel_old_timeval *value, uint64_t *ns)
{
	struct __kernel_timespec time = {value->tv_sec, 0};

	if (value->tv_usec < 0 || (uint64_t)value->tv_usec >= NS_PER_SECOND / NS_PER_US || value->tv_sec < 0)
		return false;
	time.tv_nsec = value->tv_usec * NS_PER_US;
	*ns = timespec_to_ns(&time);
	return true;
}

SYSCALL(getitimer)
{
	struct itimer_setting setting;

	if (ARG_UINT(args, 0) >= ITIMER_COUNT)
		return -EINVAL;
	setting = itimer_get(ARG_UINT(args, 0));
	return setting_put(ARG_USER(args, 1), &setting);
}

SYSCALL(setitimer)
{
	struct itimer_setting new = {0}, old;
	struct __kernel_old_itimerval value;

	/* As Linux has it: without a new setting the timer is disarmed. */
	if (ARG_USER(args, 1)) {
		if (copy_from_user(&value, ARG_USER(args, 1), sizeof(value)))
			return -EFAULT;
		if (!timeval_to_ns(&value.it_value, &new.value_ns) ||
		    !timeval_to_ns(&value.it_interval, &new.interval_ns))
			return -EINVAL;
	}
	if (ARG_UINT(args, 0) >= ITIMER_COUNT)
		return -EINVAL;
	old = itimer_set(ARG_UINT(args, 0), &new);
	return ARG_USER(args, 2) ? setting_put(ARG_USER(args, 2), &old) : 0;
}

SYSCALL(alarm)
{
	struct itimer_setting new = {.value_ns = ARG_UINT(args, 0) * NS_PER_SECOND};
	struct itimer_setting old = itimer_set(ITIMER_REAL, &new);
	uint64_t seconds = old.value_ns / NS_PER_SECOND, rest_ns = old.value_ns % NS_PER_SECOND;

	/* Rounded, but not to "none". */
	if ((!seconds && rest_ns) || rest_ns >= NS_PER_SECOND / 2)
		seconds++;
	return (long)(unsigned)seconds;
}
