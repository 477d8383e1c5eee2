/*
 * Timers: functions called once the monotonic clock has passed a deadline. Nobody ticks: whoever sleeps, sleeps no
 * longer
 * than until timers_next_deadline(), and then calls timers_run().
 */
#ifndef KERNEL_TASK_TIMER_H
#define KERNEL_TASK_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/lib/tree.h"

#define TIMER_NEVER UINT64_MAX

struct timer {
	struct tree_node node;
	uint64_t deadline_ns; /* CLOCK_MONOTONIC; TIMER_NEVER: not armed */
	/*
	 * Called with the timers' lock held, the timer disarmed, by a thread of any process: may wake queues, change
	 * atomics and send signals, nothing that calls timer_*.
	 */
	void (*expire)(struct timer *timer);
	/*
	 * If set, called instead, without any lock: for timers that are never freed. Several threads may be in it, and
	 * it may still run, or begin to, when timer_set has disarmed the timer.
	 */
	void (*work)(struct timer *timer);
};

void timer_init(struct timer *timer, void (*expire)(struct timer *timer));
/* Arms it, or arms it anew. TIMER_NEVER disarms: afterwards expire is not running, nor will it. */
void timer_set(struct timer *timer, uint64_t deadline_ns);

/* Whether it is still to expire: without a lock, so true may have just become false. */
bool timer_is_armed(const struct timer *timer);

/* When timers_run has something to do: nanoseconds, TIMER_NEVER. Takes no lock. */
uint64_t timers_next_deadline(void);
/* Calls what has expired. */
void timers_run(uint64_t now_ns);

/*
 * Somebody armed a timer that comes before all others: who keeps the time (task/sleep.c) looks at
 * timers_next_deadline again. Called without locks of the timers.
 */
void timekeeper_notify(void);

#endif
