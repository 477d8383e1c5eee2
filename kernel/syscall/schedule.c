/*
 * Scheduling is the host's. Threads are told what they would be told on a machine with the guest's CPUs; nice values
 * are remembered; for CPUs see affinity.c. Rules: sched(7), getpriority(2).
 */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/sched/types.h>

#include "kernel/host/host.h"
#include "kernel/lib/string.h"
#include "kernel/mm/user.h"
#include "kernel/syscall/table.h"
#include "kernel/syscall/timeout.h"
#include "kernel/task/pid.h"
#include "kernel/task/system.h"

#ifndef SCHED_EXT /* Linux 6.12 */
#define SCHED_EXT 7
#endif

#define SLICE_NS 3000000
#define NICE_LEAST (-20)
#define NICE_MOST 19
#define REAL_TIME_PRIORITY_MAX 99
#define SCHED_ATTRIBUTES_BYTES_FIRST 48

enum { PRIORITY_PROCESS, PRIORITY_GROUP, PRIORITY_USER };

/* 0 if there is a thread with the id; 0 means the caller. */
static int thread_check(int tid)
{
	struct process *process;

	if (tid < 0)
		return -EINVAL;
	if (!tid || tid == current->tid)
		return 0;
	if (!thread_find(tid, &process))
		return -ESRCH;
	process_put(process);
	return 0;
}

SYSCALL_NO_ARGS(sched_yield)
{
	host_yield();
	return 0;
}

SYSCALL(sched_getscheduler)
{
	return thread_check(ARG_INT(args, 0));
}

/* The time-sharing policies are all alike here; the others are the privileged's. */
static int policy_check(int policy, int priority)
{
	switch (policy & ~SCHED_RESET_ON_FORK) {
	case SCHED_NORMAL:
	case SCHED_BATCH:
	case SCHED_IDLE:
		return priority ? -EINVAL : 0;
	case SCHED_FIFO:
	case SCHED_RR:
		return priority < 1 || priority > REAL_TIME_PRIORITY_MAX ? -EINVAL : -EPERM;
	case SCHED_DEADLINE:
		return -EPERM;
	default:
		return -EINVAL;
	}
}

static long policy_set(int tid, int policy, user_t parameters)
{
	uint32_t priority;
	int error;

	if (!parameters || tid < 0)
		return -EINVAL;
	if (get_user_u32(&priority, parameters))
		return -EFAULT;
	error = thread_check(tid);
	return error ? error : policy_check(policy, (int)priority);
}

SYSCALL(sched_setscheduler)
{
	return ARG_INT(args, 1) < 0 ? -EINVAL : policy_set(ARG_INT(args, 0), ARG_INT(args, 1), ARG_USER(args, 2));
}

SYSCALL(sched_setparam)
{
	return policy_set(ARG_INT(args, 0), SCHED_NORMAL, ARG_USER(args, 1));
}

SYSCALL(sched_getparam)
{
	int error = ARG_USER(args, 1) ? thread_check(ARG_INT(args, 0)) : -EINVAL;

	return error ? error : put_user_u32(ARG_USER(args, 1), 0);
}

static long priority_bound(int policy, int real_time)
{
	switch (policy) {
	case SCHED_FIFO:
	case SCHED_RR:
		return real_time;
	case SCHED_NORMAL:
	case SCHED_BATCH:
	case SCHED_IDLE:
	case SCHED_DEADLINE:
	case SCHED_EXT:
		return 0;
	default:
		return -EINVAL;
	}
}

SYSCALL(sched_get_priority_max)
{
	return priority_bound(ARG_INT(args, 0), REAL_TIME_PRIORITY_MAX);
}

SYSCALL(sched_get_priority_min)
{
	return priority_bound(ARG_INT(args, 0), 1);
}

SYSCALL(sched_rr_get_interval)
{
	int error = thread_check(ARG_INT(args, 0));

	return error ? error : timespec_put(ARG_USER(args, 1), SLICE_NS);
}

SYSCALL(sched_getattr)
{
	struct sched_attr attributes = {.sched_policy = SCHED_NORMAL, .sched_nice = current->nice};
	uint32_t room = ARG_UINT(args, 2);
	int error;

	if (!ARG_USER(args, 1) || room > 4096 || room < SCHED_ATTRIBUTES_BYTES_FIRST || ARG_UINT(args, 3))
		return -EINVAL;
	error = thread_check(ARG_INT(args, 0));
	if (error)
		return error;
	attributes.size = room < sizeof(attributes) ? room : sizeof(attributes);
	return copy_to_user(ARG_USER(args, 1), &attributes, attributes.size);
}

/* --- nice --------------------------------------------------------------------------------------------------------- */

static bool process_matches(const struct process *process, int which, int who)
{
	switch (which) {
	case PRIORITY_GROUP:
		return process->group == (who ? who : process_current()->group);
	default:
		return process->credentials.uid == (who ? (uint32_t)who : process_current()->credentials.uid);
	}
}

/* Shows each thread that is meant to `visit`; the last non-zero answer. The tree lock of processes is not held. */
static long threads_visit(int which, int who, long (*visit)(struct thread *thread, int value), int value)
{
	struct process *process = NULL;
	long result = -ESRCH;

	if (which == PRIORITY_PROCESS) {
		struct thread *thread = who && who != current->tid ? thread_find(who, &process) : current;

		if (!thread)
			return -ESRCH;
		result = visit(thread, value);
		process_put(process);
		return result;
	}
	process = process_next(1);
	while (process) {
		int next = process->pid + 1;

		if (process_matches(process, which, who)) {
			list_for_each(at, &process->threads)
			{
				long answer = visit(list_entry(at, struct thread, siblings), value);

				result = answer > result ? answer : result;
			}
		}
		process_put(process);
		process = process_next(next);
	}
	return result;
}

static long priority_of(struct thread *thread, int unused)
{
	(void)unused;
	return 1 + NICE_MOST - thread->nice;
}

static long priority_change(struct thread *thread, int nice)
{
	if (nice < thread->nice && !process_capable(CAP_SYS_NICE))
		return -EACCES;
	thread->nice = nice;
	return 0;
}

SYSCALL(getpriority)
{
	int which = ARG_INT(args, 0);

	if (which < PRIORITY_PROCESS || which > PRIORITY_USER)
		return -EINVAL;
	return threads_visit(which, ARG_INT(args, 1), priority_of, 0);
}

SYSCALL(setpriority)
{
	int which = ARG_INT(args, 0), nice = ARG_INT(args, 2);

	if (which < PRIORITY_PROCESS || which > PRIORITY_USER)
		return -EINVAL;
	nice = nice < NICE_LEAST ? NICE_LEAST : nice > NICE_MOST ? NICE_MOST : nice;
	return threads_visit(which, ARG_INT(args, 1), priority_change, nice);
}
