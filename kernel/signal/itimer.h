/* setitimer(2): three timers per process, which outlive exec. */
#ifndef KERNEL_SIGNAL_ITIMER_H
#define KERNEL_SIGNAL_ITIMER_H

#include "kernel/signal/timers.h"

struct itimer_setting {
	uint64_t value_ns; /* until it expires; 0: never */
	uint64_t interval_ns;
};

/* The calling process's; `which` was checked. */
struct itimer_setting itimer_get(unsigned which);
/* Returns what was set before. */
struct itimer_setting itimer_set(unsigned which, const struct itimer_setting *new);

/* signal/timers.c: */
void itimers_init(struct process *process);
void itimers_end(struct process *process);
/* The timers' lock is held. */
void itimers_look(struct process *process);

#endif
