/* Clocks: which of the host's tells what. See clock.h. */
#include "kernel/task/clock.h"

#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/time.h>

#include "kernel/host/host.h"
#include "kernel/task/process.h"
#include "kernel/task/time.h"

#define TICK_NS 4000000 /* resolution of the coarse clocks on a host with 250 Hz */

/* The clocks of a process or thread, made of its id: see clock_getcpuclockid(3). */
#define CPU_CLOCK_OF_THREAD 4
#define CPU_CLOCK_SCHED 2
#define CPU_CLOCK_KIND 3
#define CPU_CLOCK_ID(clock) (~((clock) >> 3))

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

/* The host's clock for CPU time, or -EINVAL: a thread is only told of its own, and of its process's. */
static int cpu_clock(int clock)
{
	if (clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID)
		return clock;
	if (clock >= 0 || (clock & CPU_CLOCK_KIND) > CPU_CLOCK_SCHED)
		return -EINVAL;
	if (clock & CPU_CLOCK_OF_THREAD)
		return !CPU_CLOCK_ID(clock) || CPU_CLOCK_ID(clock) == current->tid ? CLOCK_THREAD_CPUTIME_ID : -EINVAL;
	return !CPU_CLOCK_ID(clock) || CPU_CLOCK_ID(clock) == process_current()->pid ? CLOCK_PROCESS_CPUTIME_ID
										     : -EINVAL;
}

int clock_read(int clock, uint64_t *ns)
{
	struct __kernel_timespec time;
	int host;

	if (clock_is_real(clock)) {
		*ns = host_realtime_ns();
		return 0;
	}
	if (is_monotonic(clock)) {
		*ns = host_monotonic_ns();
		return 0;
	}
	host = cpu_clock(clock);
	if (host < 0)
		return host;
	host = (int)host_clock_gettime(host, &time);
	*ns = host ? 0 : timespec_to_ns(&time);
	return host;
}

long clock_resolution(int clock)
{
	if (clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE)
		return TICK_NS;
	return clock_is_real(clock) || is_monotonic(clock) || cpu_clock(clock) >= 0 ? 1 : -EINVAL;
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
	case CLOCK_PROCESS_CPUTIME_ID:
	case CLOCK_THREAD_CPUTIME_ID:
		return -EOPNOTSUPP;
	default:
		return -EINVAL;
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
		return cpu_clock(clock) < 0 ? -EINVAL : 0;
	}
}

bool clock_is_cpu(int clock)
{
	return clock < 0 || clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID;
}

bool clock_is_cpu_of_thread(int clock)
{
	return clock < 0 ? clock & CPU_CLOCK_OF_THREAD : clock == CLOCK_THREAD_CPUTIME_ID;
}
