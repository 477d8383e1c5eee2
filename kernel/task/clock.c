/* Clocks: which of the host's tells what. See clock.h. */
#include "kernel/task/clock.h"

#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/time.h>

#include "kernel/host/host.h"
#include "kernel/task/cpu_clock.h"
#include "kernel/task/process.h"

#define TICK_NS 4000000 /* resolution of the coarse clocks on a host with 250 Hz */

bool clock_is_real(int clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_REALTIME_ALARM ||
	       clock == CLOCK_TAI;
}

static bool is_monotonic(int clock)
{
	return clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_MONOTONIC_COARSE ||
	       clock == CLOCK_BOOTTIME || clock == CLOCK_BOOTTIME_ALARM;
}

static int cpu_clock_check(int clock)
{
	uint64_t ns;

	return cpu_clock_is(clock) ? cpu_clock_read(clock, &ns) : -EINVAL;
}

int clock_read(int clock, uint64_t *ns)
{
	if (clock_is_real(clock)) {
		*ns = host_realtime_ns();
		return 0;
	}
	if (is_monotonic(clock)) {
		*ns = host_monotonic_ns();
		return 0;
	}
	return cpu_clock_is(clock) ? cpu_clock_read(clock, ns) : -EINVAL;
}

long clock_resolution(int clock)
{
	if (clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE)
		return TICK_NS;
	if (clock_is_real(clock) || is_monotonic(clock))
		return 1;
	return cpu_clock_check(clock) ? -EINVAL : cpu_clock_resolution(clock);
}

int clock_sleep_check(int clock)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
	case CLOCK_TAI:
		return 0;
	case CLOCK_REALTIME_ALARM:
	case CLOCK_BOOTTIME_ALARM:
		return process_capable(CAP_WAKE_ALARM) ? 0 : -EPERM;
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_THREAD_CPUTIME_ID:
		return -EOPNOTSUPP;
	default:
		return cpu_clock_is_own_thread(clock) ? -EINVAL : cpu_clock_check(clock);
	}
}

int clock_timer_check(int clock)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
	case CLOCK_TAI:
		return 0;
	case CLOCK_REALTIME_ALARM:
	case CLOCK_BOOTTIME_ALARM:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_MONOTONIC_COARSE:
		return -EOPNOTSUPP;
	default:
		return cpu_clock_check(clock);
	}
}
