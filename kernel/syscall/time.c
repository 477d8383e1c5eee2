/* Telling the time: clock_gettime(2), gettimeofday(2), and setting it, which no guest may. */
#include <linux/errno.h>
#include <linux/time.h>
#include <linux/timex.h>

#include "kernel/host/host.h"
#include "kernel/syscall/table.h"
#include "kernel/syscall/timeout.h"
#include "kernel/task/clock.h"
#include "kernel/task/time.h"

#define NS_PER_US 1000
#define TICK_US 10000

SYSCALL(clock_gettime)
{
	uint64_t ns;
	int error = clock_read(ARG_INT(args, 0), &ns);

	return error ? error : timespec_put(ARG_USER(args, 1), ns);
}

SYSCALL(clock_getres)
{
	long ns = clock_resolution(ARG_INT(args, 0));

	if (ns < 0 || !ARG_USER(args, 1))
		return ns < 0 ? ns : 0;
	return timespec_put(ARG_USER(args, 1), (uint64_t)ns);
}

SYSCALL(clock_settime)
{
	struct __kernel_timespec time;
	int error;

	if (ARG_INT(args, 0) != CLOCK_REALTIME)
		return -EINVAL;
	error = timespec_get(&time, ARG_USER(args, 1));
	return error ? error : -EPERM;
}

SYSCALL(gettimeofday)
{
	static const struct timezone utc;
	uint64_t now_ns = host_realtime_ns();
	struct __kernel_old_timeval now = {
		.tv_sec = (long)(now_ns / NS_PER_SECOND),
		.tv_usec = (long)(now_ns % NS_PER_SECOND / NS_PER_US),
	};

	if (ARG_USER(args, 0) && copy_to_user(ARG_USER(args, 0), &now, sizeof(now)))
		return -EFAULT;
	return ARG_USER(args, 1) ? copy_to_user(ARG_USER(args, 1), &utc, sizeof(utc)) : 0;
}

SYSCALL(settimeofday)
{
	struct __kernel_old_timeval time;
	struct timezone zone;

	if (ARG_USER(args, 0)) {
		if (copy_from_user(&time, ARG_USER(args, 0), sizeof(time)))
			return -EFAULT;
		if (time.tv_usec < 0 || time.tv_usec >= 1000000 || time.tv_sec < 0)
			return -EINVAL;
	}
	if (ARG_USER(args, 1) && copy_from_user(&zone, ARG_USER(args, 1), sizeof(zone)))
		return -EFAULT;
	return -EPERM;
}

SYSCALL(time)
{
	uint64_t seconds = host_realtime_ns() / NS_PER_SECOND;

	if (ARG_USER(args, 0) && put_user_u64(ARG_USER(args, 0), seconds))
		return -EFAULT;
	return (long)seconds;
}

/* What a clock that nobody disciplines says of itself. */
static long discipline(user_t user)
{
	struct timex state;
	uint64_t now_ns = host_realtime_ns();

	if (copy_from_user(&state, user, sizeof(state)))
		return -EFAULT;
	if (state.modes)
		return -EPERM;
	state = (struct timex){
		.status = STA_UNSYNC,
		.precision = 1,
		.tolerance = 32768000,
		.tick = TICK_US,
		.time = {.tv_sec = (long)(now_ns / NS_PER_SECOND),
			 .tv_usec = (long)(now_ns % NS_PER_SECOND / NS_PER_US)},
	};
	return copy_to_user(user, &state, sizeof(state)) ? -EFAULT : TIME_ERROR;
}

SYSCALL(adjtimex)
{
	return discipline(ARG_USER(args, 0));
}

SYSCALL(clock_adjtime)
{
	return ARG_INT(args, 0) == CLOCK_REALTIME ? discipline(ARG_USER(args, 1)) : -EOPNOTSUPP;
}
