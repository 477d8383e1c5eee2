/* execve, execveat, exit, exit_group. */
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/signal.h>

#include "kernel/lib/heap.h"
#include "kernel/syscall/table.h"
#include "kernel/task/exec.h"
#include "kernel/task/execution.h"
#include "kernel/task/exit.h"
#include "kernel/task/vfork.h"
#include "kernel/vfs/file.h"
#include "kernel/vfs/namei.h"

static int strings_import(struct exec *exec, user_t arguments, user_t environment)
{
	int error = strings_add_user(&exec->arguments, arguments);

	return error ? error : strings_add_user(&exec->environment, environment);
}

/* Everything is prepared: only who executes it is open. */
static long commit(struct exec *exec)
{
	struct execution *execution;
	long error = fd_table_unshare();

	if (!error && current->lender)
		error = vfork_execute(exec);
	if (error) {
		exec_cancel(exec);
		return error;
	}
	thread_memory_settle(current);
	if (!threads_end_others()) {
		exec_cancel(exec);
		thread_leave();
	}
	if (!current->is_leader) {
		execution = execution_new(exec);
		if (!execution)
			process_kill(SIGKILL);
		thread_bequeath(execution);
	}
	exec_commit(exec, current->frame);
	return 0;
}

/* The frame is the new program's when this returns 0. */
static long execute(int dirfd, user_t path, user_t arguments, user_t environment, unsigned walk_flags)
{
	struct exec exec = {0};
	char *text = heap_alloc(PATH_BYTES_MAX);
	long error;

	if (!text)
		return -ENOMEM;
	error = strncpy_from_user(text, path, PATH_BYTES_MAX);
	if (error >= 0)
		error = strings_import(&exec, arguments, environment);
	if (error < 0)
		exec_cancel(&exec);
	else
		error = exec_prepare(&exec, dirfd, text, walk_flags);
	heap_free(text);
	return error ? error : commit(&exec);
}

SYSCALL(execve)
{
	return execute(AT_FDCWD, ARG_USER(args, 0), ARG_USER(args, 1), ARG_USER(args, 2), WALK_FOLLOW);
}

SYSCALL(execveat)
{
	int flags = ARG_INT(args, 4);

	if (flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
		return -EINVAL;
	return execute(ARG_INT(args, 0), ARG_USER(args, 1), ARG_USER(args, 2), ARG_USER(args, 3),
		       (flags & AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW) | (flags & AT_EMPTY_PATH ? WALK_EMPTY : 0));
}

SYSCALL(exit)
{
	thread_exit(ARG_INT(args, 0));
}

SYSCALL(exit_group)
{
	process_exit((ARG_INT(args, 0) & 0xff) << 8);
}
