/* Timeouts of calls that wait: see timeout.h. */
#include "kernel/syscall/timeout.h"

#include <linux/errno.h>
#include <linux/time.h>

#include "kernel/host/host.h"
#include "kernel/syscall/table.h"
#include "kernel/task/thread.h"
#include "kernel/task/time.h"
#include "kernel/vfs/wait.h"

#define US_PER_SECOND 1000000
#define NS_PER_US 1000
#define NS_PER_MS 1000000ull

int timespec_get(struct __kernel_timespec *out, user_t from)
{
	if (copy_from_user(out, from, sizeof(*out)))
		return -EFAULT;
	return timespec_is_valid(out) ? 0 : -EINVAL;
}

int timespec_put(user_t to, uint64_t ns)
{
	struct __kernel_timespec time = timespec_from_ns(ns);

	return copy_to_user(to, &time, sizeof(time));
}

static uint64_t deadline_from(const struct __kernel_timespec *time)
{
	uint64_t ns = timespec_to_ns(time);

	return ns ? deadline_after(ns) : 0;
}

int timeout_get(user_t from, uint64_t *deadline_ns)
{
	struct __kernel_timespec time;
	int error;

	*deadline_ns = WAIT_FOREVER;
	if (!from)
		return 0;
	error = timespec_get(&time, from);
	if (!error)
		*deadline_ns = deadline_from(&time);
	return error;
}

int timeout_get_timeval(user_t from, uint64_t *deadline_ns)
{
	struct __kernel_old_timeval value;
	struct __kernel_timespec time;

	*deadline_ns = WAIT_FOREVER;
	if (!from)
		return 0;
	if (copy_from_user(&value, from, sizeof(value)))
		return -EFAULT;
	time.tv_sec = value.tv_sec + value.tv_usec / US_PER_SECOND;
	time.tv_nsec = value.tv_usec % US_PER_SECOND * NS_PER_US;
	if (!timespec_is_valid(&time))
		return -EINVAL;
	*deadline_ns = deadline_from(&time);
	return 0;
}

uint64_t timeout_from_ms(int milliseconds)
{
	if (milliseconds < 0)
		return WAIT_FOREVER;
	return milliseconds ? deadline_after((uint64_t)milliseconds * NS_PER_MS) : 0;
}

uint64_t timeout_left(uint64_t deadline_ns)
{
	uint64_t now_ns = host_monotonic_ns();

	return deadline_ns > now_ns ? deadline_ns - now_ns : 0;
}

long timeout_restart(uint64_t deadline_ns)
{
	current->restart_deadline_ns = deadline_ns;
	return -ERESTART_RESTARTBLOCK;
}

uint64_t timeout_resume(void)
{
	uint64_t deadline_ns = current->restart_deadline_ns;

	current->restart_deadline_ns = 0;
	return deadline_ns;
}

static long put_result(int error, long result)
{
	return error && result == -ERESTARTNOHAND ? -EINTR : result;
}

long timeout_put(user_t to, uint64_t deadline_ns, long result)
{
	if (!to || !deadline_ns)
		return result;
	return put_result(timespec_put(to, timeout_left(deadline_ns)), result);
}

long timeout_put_timeval(user_t to, uint64_t deadline_ns, long result)
{
	struct __kernel_timespec left;
	struct __kernel_old_timeval value;

	if (!to || !deadline_ns)
		return result;
	left = timespec_from_ns(timeout_left(deadline_ns));
	value.tv_sec = left.tv_sec;
	value.tv_usec = left.tv_nsec / NS_PER_US;
	return put_result(copy_to_user(to, &value, sizeof(value)), result);
}
