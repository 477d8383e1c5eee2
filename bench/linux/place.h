/* Where threads run: on a CPU of their own, where there is one and the system lets them choose. */
#ifndef BENCH_LINUX_PLACE_H
#define BENCH_LINUX_PLACE_H

#include <sched.h>

/* The calling thread goes to the index-th of the CPUs that the program was started on. In a guest the host decides. */
static void cpu_take(int index)
{
	static cpu_set_t started_on;
	cpu_set_t one;

	if (CPU_COUNT(&started_on) == 0 && sched_getaffinity(0, sizeof(started_on), &started_on))
		return;
	CPU_ZERO(&one);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &started_on) && index-- == 0)
			CPU_SET(cpu, &one);
	}
	if (CPU_COUNT(&one))
		(void)sched_setaffinity(0, sizeof(one), &one);
}

#endif
