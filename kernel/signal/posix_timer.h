/* timer_create(2): any number of timers per process, each with a signal of its own. */
#ifndef KERNEL_SIGNAL_POSIX_TIMER_H
#define KERNEL_SIGNAL_POSIX_TIMER_H

#include "kernel/signal/timers.h"

/* The clock was checked (clock_timer_check); event NULL: SIGALRM. A disarmed timer's id, -EINVAL, -EAGAIN. */
int posix_timer_new(int clock, const struct sigevent *event);
/* -EINVAL: no such timer of the calling process; -ESRCH: whose CPU time it runs on has ended. */
int posix_timer_set(int id, unsigned flags, const struct __kernel_itimerspec *new, struct __kernel_itimerspec *old);
int posix_timer_get(int id, struct __kernel_itimerspec *out);
/* Expirations that the last signal stood for, but one. */
int posix_timer_overrun(int id);
int posix_timer_delete(int id);

/* --- inside signal/: the timers' lock is held --------------------------------------------------------------------- */

struct posix_timer {
	struct list list;
	struct process *process;
	int32_t id;
	int32_t target;    /* the thread that the signal is for; 0: the process */
	int32_t clock_tid; /* the thread of the process whose CPU time it runs on; 0: it does not */
	bool foreign;      /* it runs on the CPU time of another process */
	bool silent;       /* SIGEV_NONE */
	bool expired;      /* and its signal not taken yet: written with the lock of task/timer.c or the timers' lock */
	int32_t overrun;   /* what came with the last signal */
	uint64_t passed;   /* points counted since then */
	uint64_t setting;
	struct interval interval;
	struct signal_info *signal; /* queued when it expires */
};

struct posix_timer *posix_timer_by_id(struct process *process, int id);
bool posix_timer_is_expired(const struct posix_timer *timer);
/* Has the kernel's timer wait for the next point. */
void posix_timer_start(struct posix_timer *timer, uint64_t now_ns);
/* A signal of it that is still queued is dropped when it is taken. */
void posix_timer_free(struct posix_timer *timer);

void posix_timers_end(struct process *process);
void posix_timers_look(struct process *process);

#endif
