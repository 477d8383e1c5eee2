/* Resource limits and use: getrlimit(2), prlimit(2), getrusage(2), times(2). */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/times.h>

#include "kernel/fs/proc.h"
#include "kernel/host/host.h"
#include "kernel/lib/pages.h"
#include "kernel/mm/mm.h"
#include "kernel/signal/cpu_limit.h"
#include "kernel/syscall/table.h"
#include "kernel/task/pid.h"
#include "kernel/task/time.h"

#define FILES_MAX 1048576 /* /proc/sys/fs/nr_open */
#define NS_PER_US 1000
#define NS_PER_TICK 10000000 /* USER_HZ is 100 */
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID 3
#define RUSAGE_THREAD 1

static int limit_change_check(unsigned resource, const struct rlimit64 *new, const struct rlimit64 *old)
{
	if (new->rlim_cur > new->rlim_max)
		return -EINVAL;
	if (resource == RLIMIT_NOFILE && new->rlim_max > FILES_MAX)
		return -EPERM;
	return new->rlim_max > old->rlim_max && !process_capable(CAP_SYS_RESOURCE) ? -EPERM : 0;
}

/* Reads, then sets; either pointer may be NULL. */
static int limit_exchange(struct process *process, unsigned resource, const struct rlimit64 *new, struct rlimit64 *old)
{
	int error = 0;

	lock_acquire(&process->lock);
	if (old)
		*old = process->limits[resource];
	if (new) {
		error = limit_change_check(resource, new, &process->limits[resource]);
		if (!error)
			process->limits[resource] = *new;
	}
	lock_release(&process->lock);
	if (new && !error && resource == RLIMIT_CPU)
		cpu_limit_changed(process);
	return error;
}

SYSCALL(getrlimit)
{
	struct rlimit64 limit;

	if (ARG_UINT(args, 0) >= PROCESS_LIMITS)
		return -EINVAL;
	limit_exchange(process_current(), ARG_UINT(args, 0), NULL, &limit);
	return copy_to_user(ARG_USER(args, 1), &limit, sizeof(limit));
}

SYSCALL(setrlimit)
{
	struct rlimit64 limit;

	if (copy_from_user(&limit, ARG_USER(args, 1), sizeof(limit)))
		return -EFAULT;
	if (ARG_UINT(args, 0) >= PROCESS_LIMITS)
		return -EINVAL;
	return limit_exchange(process_current(), ARG_UINT(args, 0), &limit, NULL);
}

/* Another process's limits are for those who are it, in all their ids, or may change anybody's. */
static bool may_limit(const struct process *process)
{
	const struct credentials *self = &process_current()->credentials, *other = &process->credentials;

	if (process == process_current() || process_capable(CAP_SYS_RESOURCE))
		return true;
	return self->uid == other->uid && self->uid == other->euid && self->uid == other->suid &&
	       self->gid == other->gid && self->gid == other->egid && self->gid == other->sgid;
}

SYSCALL(prlimit64)
{
	int pid = ARG_INT(args, 0);
	unsigned resource = ARG_UINT(args, 1);
	user_t new_user = ARG_USER(args, 2), old_user = ARG_USER(args, 3);
	struct rlimit64 new, old;
	struct process *process;
	int error = -EPERM;

	if (new_user && copy_from_user(&new, new_user, sizeof(new)))
		return -EFAULT;
	process = process_find(pid ? pid : process_current()->pid);
	if (!process)
		return -ESRCH;
	if (may_limit(process))
		error = resource >= PROCESS_LIMITS ? -EINVAL
						   : limit_exchange(process, resource, new_user ? &new : NULL, &old);
	process_put(process);
	if (!error && old_user)
		error = copy_to_user(old_user, &old, sizeof(old));
	return error;
}

/* In KiB, as /proc/self/status has it. */
static long resident_kib(void)
{
	struct mm_totals totals;

	mm_totals(process_current()->space, &totals);
	return (long)(proc_resident_pages(&totals) * (PAGE_BYTES / 1024));
}

static uint64_t cpu_time_ns(int clock)
{
	struct __kernel_timespec time = {0};

	host_clock_gettime(clock, &time);
	return timespec_to_ns(&time);
}

SYSCALL(getrusage)
{
	int who = ARG_INT(args, 0);
	struct rusage use = {0};
	uint64_t ns = 0;

	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
		return -EINVAL;
	if (who == RUSAGE_CHILDREN)
		ns = __atomic_load_n(&process_current()->children_cpu_ns, __ATOMIC_RELAXED);
	else
		ns = cpu_time_ns(who == RUSAGE_SELF ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_THREAD_CPUTIME_ID);
	/* The kernel is part of the program: its time is user time. */
	use.ru_utime.tv_sec = (long)(ns / NS_PER_SECOND);
	use.ru_utime.tv_usec = (long)(ns % NS_PER_SECOND / NS_PER_US);
	if (who != RUSAGE_CHILDREN)
		use.ru_maxrss = resident_kib();
	return copy_to_user(ARG_USER(args, 1), &use, sizeof(use));
}

SYSCALL(times)
{
	struct tms times = {0};

	times.tms_utime = (long)(cpu_time_ns(CLOCK_PROCESS_CPUTIME_ID) / NS_PER_TICK);
	times.tms_cutime = (long)(__atomic_load_n(&process_current()->children_cpu_ns, __ATOMIC_RELAXED) / NS_PER_TICK);
	if (ARG_USER(args, 0) && copy_to_user(ARG_USER(args, 0), &times, sizeof(times)))
		return -EFAULT;
	return (long)(host_monotonic_ns() / NS_PER_TICK);
}
