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
#include "kernel/syscall/usage.h"
#include "kernel/task/pid.h"
#include "kernel/task/time.h"

#define FILES_MAX 1048576 /* /proc/sys/fs/nr_open */
#define NS_PER_US 1000
#define NS_PER_TICK 10000000 /* USER_HZ is 100 */
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

void usage_set_time(struct rusage *use, const struct cpu_time *time)
{
	use->ru_utime.tv_sec = (long)(time->user_ns / NS_PER_SECOND);
	use->ru_utime.tv_usec = (long)(time->user_ns % NS_PER_SECOND / NS_PER_US);
	use->ru_stime.tv_sec = (long)(time->system_ns / NS_PER_SECOND);
	use->ru_stime.tv_usec = (long)(time->system_ns % NS_PER_SECOND / NS_PER_US);
}

SYSCALL(getrusage)
{
	struct process *process = process_current();
	int who = ARG_INT(args, 0);
	struct rusage use = {0};
	struct cpu_time time;

	if (who == RUSAGE_SELF)
		time = cpu_time_of_process(process);
	else if (who == RUSAGE_THREAD)
		time = cpu_time_of_thread(process, current->tid);
	else if (who == RUSAGE_CHILDREN)
		time = cpu_time_of_children(process);
	else
		return -EINVAL;
	usage_set_time(&use, &time);
	if (who != RUSAGE_CHILDREN)
		use.ru_maxrss = resident_kib();
	return copy_to_user(ARG_USER(args, 1), &use, sizeof(use));
}

SYSCALL(times)
{
	struct cpu_time own = cpu_time_of_process(process_current());
	struct cpu_time children = cpu_time_of_children(process_current());
	struct tms times = {
		.tms_utime = (long)(own.user_ns / NS_PER_TICK),
		.tms_stime = (long)(own.system_ns / NS_PER_TICK),
		.tms_cutime = (long)(children.user_ns / NS_PER_TICK),
		.tms_cstime = (long)(children.system_ns / NS_PER_TICK),
	};

	if (ARG_USER(args, 0) && copy_to_user(ARG_USER(args, 0), &times, sizeof(times)))
		return -EFAULT;
	return (long)(host_monotonic_ns() / NS_PER_TICK);
}
