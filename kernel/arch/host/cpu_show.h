/* What /proc/cpuinfo says of a CPU. */
#ifndef KERNEL_ARCH_CPU_SHOW_H
#define KERNEL_ARCH_CPU_SHOW_H

#include "kernel/lib/text.h"

/* The lines of one CPU of `count`, and the empty one behind them. All CPUs are taken for alike. */
void arch_cpu_show(struct text *text, unsigned cpu, unsigned count);

#endif
