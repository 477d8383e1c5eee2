/*
 * Scheduling is the host's. Threads are told what they would be told on a machine with the guest's CPUs; policies are
 * remembered; for CPUs see affinity.c, for nice values nice.c. Rules: sched(7).
 */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/sched/types.h>

#include "kernel/host/host.h"
#include "kernel/lib/pages.h"
#include "kernel/lib/string.h"
#include "kernel/mm/user.h"
#include "kernel/syscall/nice.h"
#include "kernel/syscall/table.h"
#include "kernel/syscall/threads_visit.h"
#include "kernel/syscall/timeout.h"
#include "kernel/syscall/user_struct.h"
#include "kernel/task/pid.h"
#include "kernel/task/system.h"

#ifndef SCHED_EXT /* Linux 6.12 */
#define SCHED_EXT 7
#endif

#define SLICE_NS 3000000
#define POLICY_KEPT (-1)
#define REAL_TIME_PRIORITY_MAX 99
#define NICE_MOST 19

/* Calls `act` for the thread with the id, 0 being the caller's: its answer, or -ESRCH, -EINVAL. */
static long thread_act(int tid, long (*act)(struct thread *thread, int value), int value)
{
	return tid < 0 ? -EINVAL : threads_visit(VISIT_THREAD, tid, act, value);
}

SYSCALL_NO_ARGS(sched_yield)
{
	host_yield();
	return 0;
}

static long policy_of(struct thread *thread, int unused)
{
	(void)unused;
	return thread->policy;
}

SYSCALL(sched_getscheduler)
{
	return thread_act(ARG_INT(args, 0), policy_of, 0);
}

/* The time-sharing policies are remembered and all alike here; the others are the privileged's. */
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

static long policy_change(struct thread *thread, int policy)
{
	const struct credentials *mine = &process_current()->credentials;
	const struct credentials *theirs = &thread->process->credentials;
	bool is_other = mine->euid != theirs->euid && mine->euid != theirs->uid;
	bool forgets = thread->policy & SCHED_RESET_ON_FORK && !(policy & SCHED_RESET_ON_FORK);
	bool is_idle = (thread->policy & ~SCHED_RESET_ON_FORK) == SCHED_IDLE;
	bool rises = is_idle && (policy & ~SCHED_RESET_ON_FORK) != SCHED_IDLE;

	if ((is_other || forgets || rises) && !process_capable(CAP_SYS_NICE))
		return -EPERM;
	thread->policy = policy;
	return 0;
}

static long policy_set(int tid, int policy, user_t parameters)
{
	uint32_t priority;
	long error;

	if (!parameters || tid < 0)
		return -EINVAL;
	if (get_user_u32(&priority, parameters))
		return -EFAULT;
	error = thread_act(tid, policy_of, 0);
	if (error < 0)
		return error;
	if (policy == POLICY_KEPT)
		policy = (int)error;
	error = policy_check(policy, (int)priority);
	return error ? error : thread_act(tid, policy_change, policy);
}

SYSCALL(sched_setscheduler)
{
	return ARG_INT(args, 1) < 0 ? -EINVAL : policy_set(ARG_INT(args, 0), ARG_INT(args, 1), ARG_USER(args, 2));
}

SYSCALL(sched_setparam)
{
	return policy_set(ARG_INT(args, 0), POLICY_KEPT, ARG_USER(args, 1));
}

SYSCALL(sched_getparam)
{
	long error = ARG_USER(args, 1) ? thread_act(ARG_INT(args, 0), policy_of, 0) : -EINVAL;

	return error < 0 ? error : put_user_u32(ARG_USER(args, 1), 0);
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
	long error = thread_act(ARG_INT(args, 0), policy_of, 0);

	return error < 0 ? error : timespec_put(ARG_USER(args, 1), SLICE_NS);
}

static long nice_of(struct thread *thread, int unused)
{
	(void)unused;
	return 1 + NICE_MOST - thread->nice;
}

SYSCALL(sched_getattr)
{
	uint32_t room = ARG_UINT(args, 2);
	struct sched_attr attributes = {0};
	long policy;

	if (!ARG_USER(args, 1) || room > PAGE_BYTES || room < SCHED_ATTR_SIZE_VER0 || ARG_UINT(args, 3))
		return -EINVAL;
	policy = thread_act(ARG_INT(args, 0), policy_of, 0);
	if (policy < 0)
		return policy;
	attributes.size = room < sizeof(attributes) ? room : sizeof(attributes);
	attributes.sched_policy = (uint32_t)policy & ~(uint32_t)SCHED_RESET_ON_FORK;
	attributes.sched_flags = policy & SCHED_RESET_ON_FORK ? SCHED_FLAG_RESET_ON_FORK : 0;
	attributes.sched_nice = 1 + NICE_MOST - (int)thread_act(ARG_INT(args, 0), nice_of, 0);
	return copy_to_user(ARG_USER(args, 1), &attributes, attributes.size);
}

/* Linux's rules for the size: 0 stands for the first version's, and who has a wrong one is told ours. */
static int attributes_get(struct sched_attr *attributes, user_t from)
{
	uint32_t size;
	int error = get_user_u32(&size, from);

	if (error)
		return error;
	error = user_struct_copy(attributes, sizeof(*attributes), SCHED_ATTR_SIZE_VER0, from,
				 size ? size : SCHED_ATTR_SIZE_VER0);
	if (error != -EINVAL && error != -E2BIG)
		return error;
	error = put_user_u32(from, sizeof(*attributes));
	return error ? error : -E2BIG;
}

/* What the thread's policy becomes; of one that is kept the flags stay, too. */
static int policy_wanted(const struct sched_attr *wanted, int old)
{
	if (wanted->sched_flags & SCHED_FLAG_KEEP_POLICY)
		return old;
	return (int)wanted->sched_policy | (wanted->sched_flags & SCHED_FLAG_RESET_ON_FORK ? SCHED_RESET_ON_FORK : 0);
}

/* Linux has -EPERM where setpriority(2) has -EACCES. */
static int attributes_check(const struct sched_attr *wanted, int policy, int old_nice)
{
	int error = policy_check(policy, (int)wanted->sched_priority);

	if (wanted->sched_flags & ~(uint64_t)SCHED_FLAG_ALL)
		return -EINVAL;
	if (!error && !(wanted->sched_flags & SCHED_FLAG_KEEP_PARAMS) && wanted->sched_nice < old_nice &&
	    !process_capable(CAP_SYS_NICE))
		error = -EPERM;
	return !error && wanted->sched_flags & SCHED_FLAG_UTIL_CLAMP ? -EOPNOTSUPP : error;
}

SYSCALL(sched_setattr)
{
	int tid = ARG_INT(args, 0);
	struct sched_attr wanted;
	long error, old;
	int policy;

	if (!ARG_USER(args, 1) || tid < 0 || ARG_UINT(args, 2))
		return -EINVAL;
	error = attributes_get(&wanted, ARG_USER(args, 1));
	if (error || (int32_t)wanted.sched_policy < 0)
		return error ? error : -EINVAL;
	old = thread_act(tid, policy_of, 0);
	if (old < 0)
		return old;
	policy = policy_wanted(&wanted, (int)old);
	error = attributes_check(&wanted, policy, 1 + NICE_MOST - (int)thread_act(tid, nice_of, 0));
	if (!error)
		error = thread_act(tid, policy_change, policy);
	if (error || wanted.sched_flags & SCHED_FLAG_KEEP_PARAMS)
		return error;
	return nice_set(VISIT_THREAD, tid, wanted.sched_nice);
}
