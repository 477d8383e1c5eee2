/*
 * Calls that bring files to a disk, or say how they will be read. Files are in memory: there is nothing to wait for,
 * but
 * the arguments are checked as Linux checks them.
 */
#include <linux/errno.h>
#include <linux/fadvise.h>
#include <linux/fs.h>

#include "kernel/syscall/table.h"
#include "kernel/vfs/file.h"

SYSCALL_NO_ARGS(sync)
{
	return 0;
}

SYSCALL(syncfs)
{
	struct file *file = fd_get(ARG_INT(args, 0));

	if (!file)
		return -EBADF;
	fd_put(file);
	return 0;
}

static bool has_contents(const struct file *file)
{
	return INODE_IS(file->inode, S_IFREG) || INODE_IS(file->inode, S_IFDIR) || INODE_IS(file->inode, S_IFBLK);
}

static long file_sync(int fd)
{
	struct file *file = fd_get(fd);
	long error;

	if (!file)
		return -EBADF;
	if (file->ops->sync)
		error = file->ops->sync(file);
	else
		error = has_contents(file) ? 0 : -EINVAL;
	fd_put(file);
	return error;
}

SYSCALL(fsync)
{
	return file_sync(ARG_INT(args, 0));
}

SYSCALL(fdatasync)
{
	return file_sync(ARG_INT(args, 0));
}

SYSCALL(sync_file_range)
{
	const unsigned known = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
	int64_t offset = ARG_LONG(args, 1), bytes = ARG_LONG(args, 2), end;
	struct file *file = fd_get(ARG_INT(args, 0));
	long error = 0;

	if (!file)
		return -EBADF;
	if (ARG_UINT(args, 3) & ~known || offset < 0 || bytes < 0 || __builtin_add_overflow(offset, bytes, &end))
		error = -EINVAL;
	else if (!has_contents(file) && !INODE_IS(file->inode, S_IFLNK))
		error = -ESPIPE;
	fd_put(file);
	return error;
}

SYSCALL(fadvise64)
{
	struct file *file = fd_get(ARG_INT(args, 0));
	long error = 0;

	if (!file)
		return -EBADF;
	if (INODE_IS(file->inode, S_IFIFO))
		error = -ESPIPE;
	else if (ARG_LONG(args, 2) < 0 || ARG_UINT(args, 3) > POSIX_FADV_NOREUSE)
		error = -EINVAL;
	fd_put(file);
	return error;
}

SYSCALL(readahead)
{
	struct file *file = fd_get(ARG_INT(args, 0));
	long error = 0;

	if (!file)
		return -EBADF;
	if (!FILE_READABLE(file))
		error = -EBADF;
	else if (!INODE_IS(file->inode, S_IFREG) && !INODE_IS(file->inode, S_IFBLK))
		error = -EINVAL;
	fd_put(file);
	return error;
}
