/* execve, execveat, exit, exit_group, wait4, waitid. */
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/wait.h>

#include "kernel/lib/heap.h"
#include "kernel/syscall/table.h"
#include "kernel/task/exec.h"
#include "kernel/task/exit.h"
#include "kernel/vfs/namei.h"

static int strings_import(struct exec *exec, user_t arguments, user_t environment)
{
	int error = strings_add_user(&exec->arguments, arguments);

	return error ? error : strings_add_user(&exec->environment, environment);
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
	if (error)
		return error;
	exec_commit(&exec, current->frame);
	return 0;
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

/* The only thread of the process: its end is the process's. */
SYSCALL(exit)
{
	process_exit((ARG_INT(args, 0) & 0xff) << 8);
}

SYSCALL(exit_group)
{
	process_exit((ARG_INT(args, 0) & 0xff) << 8);
}

/* There are no children. */
SYSCALL(wait4)
{
	if (ARG_INT(args, 2) & ~(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL))
		return -EINVAL;
	return ARG_INT(args, 0) == (-2147483647 - 1) ? -ESRCH : -ECHILD;
}

SYSCALL(waitid)
{
	int options = ARG_INT(args, 3);

	if (options & ~(WNOHANG | WEXITED | WSTOPPED | WCONTINUED | WNOWAIT | __WNOTHREAD | __WCLONE | __WALL) ||
	    !(options & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	switch (ARG_INT(args, 0)) {
	case P_ALL:
		return -ECHILD;
	case P_PID:
		return ARG_INT(args, 1) <= 0 ? -EINVAL : -ECHILD;
	case P_PGID:
		return ARG_INT(args, 1) < 0 ? -EINVAL : -ECHILD;
	case P_PIDFD:
		return ARG_INT(args, 1) < 0 ? -EINVAL : -EBADF;
	default:
		return -EINVAL;
	}
}
