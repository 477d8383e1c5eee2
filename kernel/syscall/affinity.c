/*
 * The CPUs that threads ask for: remembered, told and inherited, while the host goes on choosing among all that the
 * guest has. Rules: sched_setaffinity(2).
 */
#include <linux/capability.h>
#include <linux/errno.h>

#include "kernel/lib/string.h"
#include "kernel/mm/user.h"
#include "kernel/syscall/table.h"
#include "kernel/task/pid.h"
#include "kernel/task/system.h"

/*
 * The thread with the id, with its process in *process to be put; 0 means the caller, whose needs no putting: NULL. The
 * thread itself is NULL if there is none.
 */
static struct thread *thread_named(int tid, struct process **process)
{
	*process = NULL;
	return !tid || tid == current->tid ? current : thread_find(tid, process);
}

static unsigned cpus_here(void)
{
	return system_cpu_count() < THREAD_CPUS_MAX ? system_cpu_count() : THREAD_CPUS_MAX;
}

/* Leaves those of the CPUs that there are; whether any is left. */
static bool cpus_keep(uint64_t *mask)
{
	uint64_t any = 0;

	for (unsigned word = 0; word < THREAD_CPUS_MAX / 64; word++) {
		unsigned before = word * 64, there = cpus_here() > before ? cpus_here() - before : 0;

		mask[word] &= there >= 64 ? ~0ull : (1ull << there) - 1;
		any |= mask[word];
	}
	return any != 0;
}

SYSCALL(sched_getaffinity)
{
	uint64_t mask[THREAD_CPUS_MAX / 64];
	unsigned cpus = cpus_here();
	size_t room = ARG_UINT(args, 1), bytes = (cpus + 63) / 64 * sizeof(mask[0]);
	struct process *process;
	const struct thread *thread;

	if (room * 8 < cpus || room % sizeof(mask[0]))
		return -EINVAL;
	thread = thread_named(ARG_INT(args, 0), &process);
	if (!thread)
		return -ESRCH;
	memcpy(mask, thread->cpus, sizeof(mask));
	process_put(process);
	if (!cpus_keep(mask)) {
		memset(mask, 0xff, sizeof(mask));
		cpus_keep(mask);
	}
	if (bytes > room)
		bytes = room;
	return copy_to_user(ARG_USER(args, 2), mask, bytes) ? -EFAULT : (long)bytes;
}

/* sched(7): one's own, one's user's, or with CAP_SYS_NICE. */
static bool may_place(const struct process *process)
{
	uint32_t user = process_current()->credentials.euid;

	return !process || user == process->credentials.euid || user == process->credentials.uid ||
	       process_capable(CAP_SYS_NICE);
}

SYSCALL(sched_setaffinity)
{
	uint64_t mask[THREAD_CPUS_MAX / 64] = {0};
	size_t bytes = ARG_UINT(args, 1) < sizeof(mask) ? ARG_UINT(args, 1) : sizeof(mask);
	struct process *process;
	struct thread *thread;
	long result = 0;

	if (copy_from_user(mask, ARG_USER(args, 2), bytes))
		return -EFAULT;
	thread = thread_named(ARG_INT(args, 0), &process);
	if (!thread)
		return -ESRCH;
	if (!may_place(process))
		result = -EPERM;
	else if (!cpus_keep(mask))
		result = -EINVAL;
	else
		memcpy(thread->cpus, mask, sizeof(mask));
	process_put(process);
	return result;
}
