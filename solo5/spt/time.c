/* Clocks: the host's vDSO where the tender handed it over (no host call), else clock_gettime. */
#include "bindings.h"
#include "freestanding/vdso.h"
#include "spt/host.h"
#include "spt/target.h"

typedef int (*clock_function)(int clock, struct host_timespec *time);

static uint64_t vdso;
static clock_function clock_get;

void time_init(uint64_t address)
{
	vdso = address;
}

static int clock_get_from_host(int clock, struct host_timespec *time)
{
	return (int)host_clock_gettime(clock, time);
}

/* At the first reading, not at start: a program that never asks for the time does not pay for the look-up. */
static clock_function clock_find(void)
{
	clock_function found = (clock_function)vdso_lookup(vdso, HOST_VDSO_CLOCK_GETTIME);

	return found ? found : clock_get_from_host;
}

static solo5_time_t clock_read(int clock)
{
	struct host_timespec time = {0, 0};

	if (!clock_get)
		clock_get = clock_find();
	clock_get(clock, &time);
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
