/*
 * The timers of a process that send signals: setitimer(2) and timer_create(2). Who keeps the time (task/timekeeper.h)
 * sends them, whatever the process does.
 *
 * A timer that comes again is set again when its signal is taken, not before: a process that blocks the signal costs
 * nothing, and what it missed is counted then. Timers of CPU time cannot be watched from another process: when the
 * point may have been reached, a thread of the process is kicked (KICK_TIMERS) and looks (timers_look). While all of
 * them are idle no such time passes: they look when they wake.
 */
#ifndef KERNEL_SIGNAL_TIMERS_H
#define KERNEL_SIGNAL_TIMERS_H

#include <linux/signal.h>

#include "kernel/lib/list.h"
#include "kernel/lib/lock.h"
#include "kernel/task/interval.h"

struct process;

#define ITIMER_COUNT 3 /* ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF */

struct process_timers {
	struct lock lock; /* comes before the lock of task/timer.c, which comes before process->signal_lock */
	struct itimer {
		struct interval interval;
		struct process *process;
	} itimers[ITIMER_COUNT];
	struct itimer cpu_limit; /* RLIMIT_CPU (signal/cpu_limit.h) */
	struct list posix;       /* of struct posix_timer, by id */
	int32_t next_id;         /* of a new one */
	bool look_due;           /* timers of CPU time are to be looked at, by whoever runs next */
	uint64_t setting_count;  /* each setting of a timer has a number that no other of the process has */
};

void process_timers_init(struct process *process);
/* exec: the timers of timer_create go, those of setitimer stay. */
void process_timers_exec(struct process *process);
/* exit: no timer of the process expires any more. */
void process_timers_end(struct process *process);

/* For the calling thread, after KICK_TIMERS: timers of CPU time that have come send their signals. */
void timers_look(void);
/* The point of such a timer may have come: a thread of the process (tid 0: any) is to look. */
void timers_look_request(struct process *process, int tid);
/* The same for a clock that goes on while the process is idle: the threads that are look, too. */
void timers_look_demand(struct process *process);
/* SIGALRM was taken: setitimer's timer may go on. The calling process's; no lock held, as for the two that follow. */
void timers_alarm_taken(struct process *process);
/*
 * The signal of a timer's setting (struct signal_info) was taken: completes what comes with it. False: the timer is
 * deleted, or was set anew; the signal does not count.
 */
bool timers_signal_taken(struct process *process, uint64_t setting, siginfo_t *info);
/* The process does not ignore the signal any more: timers that came meanwhile send it now. */
void timers_unignored(struct process *process, int signal);

#endif
