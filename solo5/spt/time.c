/* Clocks: the host's vDSO where the tender handed it over (no host call), else clock_gettime. */
#include "bindings.h"
#include "spt/host.h"

typedef int (*clock_function)(int clock, struct host_timespec *time);

static clock_function vdso_clock;

void time_init(uint64_t vdso)
{
	vdso_clock = (clock_function)vdso_lookup(vdso, HOST_VDSO_CLOCK_GETTIME);
}

static solo5_time_t clock_read(int clock)
{
	struct host_timespec time = {0, 0};

	if (!vdso_clock || vdso_clock(clock, &time) != 0)
		host_clock_gettime(clock, &time);
	return (solo5_time_t)time.sec * NSEC_PER_SEC + (solo5_time_t)time.nsec;
}

solo5_time_t solo5_clock_monotonic(void)
{
	return clock_read(HOST_CLOCK_MONOTONIC);
}

solo5_time_t solo5_clock_wall(void)
{
	return clock_read(HOST_CLOCK_REALTIME);
}
