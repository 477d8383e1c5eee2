/* Clocks by the host's vDSO; the host call only where there is none. */
#include <linux/time.h>

#include "freestanding/vdso.h"
#include "kernel/host/boot.h"
#include "kernel/host/host.h"
#include "kernel/host/vdso.h"

typedef int (*clock_function)(int clock, struct __kernel_timespec *out);

#define NS_PER_SECOND 1000000000ull

static clock_function clock_read;

static int clock_read_by_call(int clock, struct __kernel_timespec *out)
{
	return (int)host_clock_gettime(clock, out);
}

void vdso_init(void)
{
	clock_read = (clock_function)vdso_lookup(kernel_boot()->vdso, "__vdso_clock_gettime");
	if (!clock_read)
		clock_read = clock_read_by_call;
}

static uint64_t clock_ns(int clock)
{
	struct __kernel_timespec now = {0};

	clock_read(clock, &now);
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

uint64_t host_monotonic_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

uint64_t host_realtime_ns(void)
{
	return clock_ns(CLOCK_REALTIME);
}
