/* Ids of processes, their groups and sessions. Rules: getpid(2), setpgid(2), setsid(2). */
#include <linux/errno.h>

#include "kernel/syscall/table.h"
#include "kernel/task/pid.h"

SYSCALL_NO_ARGS(getpid)
{
	return process_current()->pid;
}

SYSCALL_NO_ARGS(gettid)
{
	return current->tid;
}

SYSCALL_NO_ARGS(getppid)
{
	const struct process *parent;
	int pid;

	/* A parent's end makes another one this process's parent, under the same lock. */
	process_tree_lock();
	parent = process_current()->parent;
	pid = parent ? parent->pid : 0;
	process_tree_unlock();
	return pid;
}

SYSCALL_NO_ARGS(getpgrp)
{
	return process_current()->group;
}

/* A field of a process, 0 meaning the calling one. */
static long field_of(int pid, bool session)
{
	struct process *process = process_find_by_thread(pid ? pid : process_current()->pid);
	int value;

	if (!process)
		return -ESRCH;
	value = session ? process->session : process->group;
	process_put(process);
	return value;
}

SYSCALL(getpgid)
{
	return field_of(ARG_INT(args, 0), false);
}

SYSCALL(getsid)
{
	return field_of(ARG_INT(args, 0), true);
}

/* Whether any process has the group, in the session if that is not 0. */
static bool group_exists(int group, int session)
{
	struct process *process = process_next(1);
	bool found = false;

	while (process) {
		int next = process->pid + 1;

		found |= process->group == group && (!session || process->session == session);
		process_put(process);
		process = found ? NULL : process_next(next);
	}
	return found;
}

static int group_check(const struct process *process, int group)
{
	const struct process *self = process_current();

	if (process != self && (process->parent != self || process->session != self->session))
		return process->parent != self ? -ESRCH : -EPERM;
	if (process != self && process->executed)
		return -EACCES;
	if (process->session == process->pid)
		return -EPERM;
	return group != process->pid && !group_exists(group, process->session) ? -EPERM : 0;
}

SYSCALL(setpgid)
{
	int pid = ARG_INT(args, 0) ? ARG_INT(args, 0) : process_current()->pid;
	int group = ARG_INT(args, 1) ? ARG_INT(args, 1) : pid;
	struct process *process;
	int error;

	if (group < 0)
		return -EINVAL;
	process = process_find_by_thread(pid);
	if (!process)
		return -ESRCH;
	error = process->pid == pid ? group_check(process, group) : -EINVAL;
	if (!error)
		process->group = group;
	process_put(process);
	return error;
}

SYSCALL_NO_ARGS(setsid)
{
	struct process *process = process_current();

	if (group_exists(process->pid, 0))
		return -EPERM;
	process->session = process->pid;
	process->group = process->pid;
	return process->pid;
}
