/*
 * A point in time of some clock, and an interval after which it comes again: what timerfd, setitimer and timer_create
 * have in common. What has passed is computed from the clock when somebody asks; the kernel's timer only tells when to
 * ask.
 *
 * The owner's lock guards it; that lock comes before the timers' own.
 */
#ifndef KERNEL_TASK_INTERVAL_H
#define KERNEL_TASK_INTERVAL_H

#include <linux/time.h>

#include "kernel/task/timer.h"

struct interval {
	struct timer timer;
	int clock;
	bool armed;
	uint64_t next_ns; /* the first point that nobody has counted; of the clock */
	uint64_t interval_ns;
};

void interval_init(struct interval *interval, int clock, void (*expire)(struct timer *timer));
/* The clock now. A clock of CPU time tells that of the calling process or thread. */
uint64_t interval_now(const struct interval *interval);
/* The point: `value_ns` from now, or of the clock itself. Armed unless it is 0; the kernel's timer is left alone. */
void interval_set(struct interval *interval, uint64_t now_ns, uint64_t value_ns, bool absolute, uint64_t interval_ns);
/* Counts the points that have passed by now; the next one is then ahead. One without an interval is disarmed. */
uint64_t interval_forward(struct interval *interval, uint64_t now_ns);
/* 0 when disarmed, or passed. */
uint64_t interval_left(const struct interval *interval, uint64_t now_ns);
/* What is left, and the interval, as user programs get it. */
struct __kernel_itimerspec interval_show(const struct interval *interval, uint64_t now_ns);
/*
 * Sets the kernel's timer for the next point; a disarmed one never expires. With CPU time, `speed` is how many of its
 * seconds may pass in one second: the timer then comes no later than the point, perhaps before it.
 */
void interval_start(struct interval *interval, uint64_t now_ns, unsigned speed);
/* Disarms; afterwards the timer's function neither runs nor will. */
void interval_stop(struct interval *interval);

#endif
