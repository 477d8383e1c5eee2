/* nanosleep(2) and clock_nanosleep(2). */
#include <linux/errno.h>
#include <linux/time.h>

#include "kernel/syscall/table.h"
#include "kernel/syscall/timeout.h"
#include "kernel/task/clock.h"
#include "kernel/task/cpu_clock.h"
#include "kernel/task/system.h"
#include "kernel/task/time.h"
#include "kernel/vfs/wait.h"

#define CPU_LOOK_NS 1000000

/* Until the deadline of the monotonic clock: 0, or -EINTR. */
static int sleep_until(uint64_t deadline_ns)
{
	int result;

	do {
		thread_sleep_prepare();
		result = thread_sleep(deadline_ns);
	} while (!result);
	return result == -ETIMEDOUT ? 0 : result;
}

static long sleep_for(uint64_t ns, user_t remaining)
{
	uint64_t deadline_ns = timeout_resume();

	if (!deadline_ns)
		deadline_ns = deadline_after(ns);
	if (!sleep_until(deadline_ns))
		return 0;
	if (remaining && timespec_put(remaining, timeout_left(deadline_ns)))
		return -EFAULT;
	return timeout_restart(deadline_ns);
}

/* A clock that shows the time of day may be set outside: it is looked at again when the time should have come. */
static long sleep_to(int clock, uint64_t target_ns)
{
	for (;;) {
		uint64_t now_ns;
		int error = clock_read(clock, &now_ns);

		if (error || now_ns >= target_ns)
			return error;
		if (sleep_until(deadline_after(target_ns - now_ns)))
			return -ERESTARTNOHAND;
	}
}

static uint64_t lesser_wait_ns(uint64_t left_ns)
{
	uint64_t wait_ns = left_ns / system_cpu_count();

	return wait_ns < CPU_LOOK_NS ? CPU_LOOK_NS : wait_ns;
}

/* A clock of CPU time goes as fast as there are CPUs, or not at all: it is looked at again and again. */
static long sleep_for_cpu_time(int clock, uint64_t ns, bool absolute, user_t remaining)
{
	uint64_t now_ns, target_ns = absolute ? ns : timeout_resume();
	int error = clock_read(clock, &now_ns);

	if (!error && !target_ns && __builtin_add_overflow(now_ns, ns, &target_ns))
		target_ns = UINT64_MAX;
	while (!error && now_ns < target_ns) {
		bool interrupted = sleep_until(deadline_after(lesser_wait_ns(target_ns - now_ns)));

		error = clock_read(clock, &now_ns);
		if (!interrupted || error || now_ns >= target_ns)
			continue;
		if (absolute)
			return -ERESTARTNOHAND;
		if (remaining && timespec_put(remaining, target_ns - now_ns))
			return -EFAULT;
		return timeout_restart(target_ns);
	}
	return error;
}

SYSCALL(nanosleep)
{
	struct __kernel_timespec time;
	int error = timespec_get(&time, ARG_USER(args, 0));

	return error ? error : sleep_for(timespec_to_ns(&time), ARG_USER(args, 1));
}

SYSCALL(clock_nanosleep)
{
	int clock = ARG_INT(args, 0), error = clock_sleep_check(clock);
	struct __kernel_timespec time;

	if (!error)
		error = timespec_get(&time, ARG_USER(args, 2));
	if (error)
		return error;
	if (cpu_clock_is(clock))
		return sleep_for_cpu_time(clock, timespec_to_ns(&time), ARG_INT(args, 1) & TIMER_ABSTIME,
					  ARG_USER(args, 3));
	if (ARG_INT(args, 1) & TIMER_ABSTIME)
		return sleep_to(clock, timespec_to_ns(&time));
	return sleep_for(timespec_to_ns(&time), ARG_USER(args, 3));
}
