/* pipe and pipe2. */
#include "kernel/fs/pipe.h"

#include <linux/errno.h>

#include "kernel/syscall/table.h"
#include "kernel/vfs/file.h"

#define O_NOTIFICATION_PIPE O_EXCL

/* Consumes both references. */
static long install(struct file *read_end, struct file *write_end, bool close_on_exec, int fds[2])
{
	fds[0] = fd_install(read_end, 0, close_on_exec);
	if (fds[0] < 0) {
		file_put(read_end);
		file_put(write_end);
		return fds[0];
	}
	fds[1] = fd_install(write_end, 0, close_on_exec);
	if (fds[1] < 0) {
		fd_close(fds[0]);
		file_put(write_end);
		return fds[1];
	}
	return 0;
}

static long create(user_t out, int flags)
{
	struct file *read_end, *write_end;
	int fds[2];
	long error;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT | O_NOTIFICATION_PIPE))
		return -EINVAL;
	if (flags & O_NOTIFICATION_PIPE)
		return -ENOPKG; /* as a Linux built without it */
	error = pipe_new((unsigned)flags, &read_end, &write_end);
	if (!error)
		error = install(read_end, write_end, flags & O_CLOEXEC, fds);
	if (!error && copy_to_user(out, fds, sizeof(fds))) {
		fd_close(fds[0]);
		fd_close(fds[1]);
		error = -EFAULT;
	}
	return error;
}

SYSCALL(pipe)
{
	return create(ARG_USER(args, 0), 0);
}

SYSCALL(pipe2)
{
	return create(ARG_USER(args, 0), ARG_INT(args, 1));
}
