/* flock(2). fcntl(2)'s locks: descriptor.c and vfs/locks.h. */
#include "kernel/vfs/locks.h"

#include <linux/errno.h>

#include "kernel/syscall/table.h"
#include "kernel/vfs/file.h"

SYSCALL(flock)
{
	long result = flock_check(ARG_INT(args, 1));
	struct file *file;

	if (result)
		return result;
	file = fd_get(ARG_INT(args, 0));
	if (!file)
		return -EBADF;
	result = flock_control(file, ARG_INT(args, 1));
	fd_put(file);
	return result;
}
