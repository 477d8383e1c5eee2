/*
 * unshare and setns: a process can stop sharing what it is made of, and gets no other namespaces than it has, as in an
 * unprivileged container. Rules: unshare(2), setns(2); the order of the checks is Linux's.
 */
#include <linux/errno.h>
#include <linux/sched.h>

#include "kernel/fs/nsfs.h"
#include "kernel/fs/pidfd.h"
#include "kernel/ipc/sem.h"
#include "kernel/syscall/table.h"
#include "kernel/task/pid.h"

/* What takes CAP_SYS_ADMIN, which a guest never has. */
#define NAMESPACES_OWNED                                                                                               \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWTIME)
#define NAMESPACES (NAMESPACES_OWNED | CLONE_NEWUSER)
#define UNSHARE_KNOWN                                                                                                  \
	(CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | (uint64_t)NAMESPACES)

static bool is_single_threaded(void)
{
	return process_current()->thread_count == 1;
}

SYSCALL(unshare)
{
	uint64_t flags = ARG_ULONG(args, 0);
	int error = 0;

	if (flags & ~UNSHARE_KNOWN)
		return -EINVAL;
	if (flags & (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | CLONE_NEWUSER) && !is_single_threaded())
		return -EINVAL;
	if (flags & NAMESPACES)
		return -EPERM;
	/* Threads have these together. */
	if (flags & (CLONE_FS | CLONE_FILES | CLONE_SYSVSEM) && !is_single_threaded())
		return -EINVAL;
	if (flags & CLONE_FILES)
		error = fd_table_unshare();
	if (!error && flags & CLONE_SYSVSEM)
		sem_undo(process_current());
	return error;
}

/* Whether the calling process may be in the namespaces that it is in. */
static int entry_check(unsigned types)
{
	if (types & CLONE_NEWUSER)
		return -EINVAL;
	return types == CLONE_NEWTIME && !is_single_threaded() ? -EUSERS : -EPERM;
}

SYSCALL(setns)
{
	struct file *file = fd_get(ARG_INT(args, 0));
	unsigned wanted = ARG_UINT(args, 1), type;
	struct process *process = NULL;
	int error = 0;

	if (!file)
		return -EBADF;
	type = nsfs_type(file);
	if (!type)
		process = pidfd_process(file);
	fd_put(file);
	if (type)
		return wanted && wanted != type ? -EINVAL : entry_check(type);
	if (!process || !wanted || wanted & ~(unsigned)NAMESPACES)
		error = -EINVAL;
	else if (process->state == PROCESS_GONE)
		error = -ESRCH;
	process_put(process);
	return error ? error : entry_check(wanted);
}
