/*
 * Clocks: the CPU's cycle counter, scaled. Wall-clock time is the tender's, asked for once a second: in between the
 * counter is exact enough, and a hypercall costs a thousand times what the counter does.
 */
#include "hvt/hypercall.h"
#include "hvt/target.h"

#define SCALE_BITS 32

static uint64_t cycles_start;
static uint64_t scale; /* nanoseconds of a cycle, times 2^32 */
static solo5_time_t wall_offset;
static solo5_time_t wall_expires;

void time_init(uint64_t cycle_hz)
{
	/* Below 2^62 for every counter above 2 Hz. */
	scale = (NSEC_PER_SEC << SCALE_BITS) / (cycle_hz ? cycle_hz : 1);
	cycles_start = cycles_read();
}

solo5_time_t solo5_clock_monotonic(void)
{
	return (solo5_time_t)((unsigned __int128)(cycles_read() - cycles_start) * scale >> SCALE_BITS);
}

solo5_time_t solo5_clock_wall(void)
{
	solo5_time_t now = solo5_clock_monotonic();

	if (now >= wall_expires) {
		volatile struct hvt_walltime arguments = {0};

		hypercall(HVT_HYPERCALL_WALLTIME, &arguments);
		now = solo5_clock_monotonic();
		wall_offset = arguments.nsecs - now;
		wall_expires = now + NSEC_PER_SEC;
	}
	return wall_offset + now;
}
