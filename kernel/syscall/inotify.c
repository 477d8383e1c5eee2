/* inotify_init, inotify_add_watch, inotify_rm_watch. The order of the checks is Linux's. */
#include <linux/inotify.h>

#include <linux/errno.h>

#include "kernel/fs/inotify.h"
#include "kernel/syscall/table.h"
#include "kernel/vfs/namei.h"

#define MASK_KNOWN                                                                                                     \
	(IN_ALL_EVENTS | IN_UNMOUNT | IN_Q_OVERFLOW | IN_IGNORED | IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK |      \
	 IN_MASK_ADD | IN_MASK_CREATE | IN_ISDIR | IN_ONESHOT)

static long create(int flags)
{
	struct file *file;
	long fd;

	if (flags & ~(IN_CLOEXEC | IN_NONBLOCK))
		return -EINVAL;
	fd = inotify_new((unsigned)flags & IN_NONBLOCK, &file);
	if (fd)
		return fd;
	fd = fd_install(file, 0, flags & IN_CLOEXEC);
	if (fd < 0)
		file_put(file);
	return fd;
}

SYSCALL_NO_ARGS(inotify_init)
{
	return create(0);
}

SYSCALL(inotify_init1)
{
	return create(ARG_INT(args, 0));
}

static long watch(struct inotify *inotify, user_t text, uint32_t mask)
{
	unsigned flags = (mask & IN_DONT_FOLLOW ? 0u : WALK_FOLLOW) | (mask & IN_ONLYDIR ? WALK_DIRECTORY : 0u);
	struct path path;
	long result = path_walk_user(AT_FDCWD, text, flags, &path);

	if (result)
		return result;
	result = inode_permission(path.dentry->inode, MAY_READ);
	if (!result)
		result = inotify_watch(inotify, &path, mask);
	path_put(&path);
	return result;
}

SYSCALL(inotify_add_watch)
{
	uint32_t mask = ARG_UINT(args, 2);
	struct inotify *inotify;
	struct file *file;
	long result = -EINVAL;

	if (mask & ~(uint32_t)MASK_KNOWN || !mask)
		return -EINVAL;
	file = fd_get(ARG_INT(args, 0));
	if (!file)
		return -EBADF;
	inotify = inotify_of(file);
	if (inotify && (mask & (IN_MASK_ADD | IN_MASK_CREATE)) != (IN_MASK_ADD | IN_MASK_CREATE))
		result = watch(inotify, ARG_USER(args, 1), mask);
	fd_put(file);
	return result;
}

SYSCALL(inotify_rm_watch)
{
	struct file *file = fd_get(ARG_INT(args, 0));
	struct inotify *inotify;
	long result = -EINVAL;

	if (!file)
		return -EBADF;
	inotify = inotify_of(file);
	if (inotify)
		result = inotify_unwatch(inotify, ARG_INT(args, 1));
	fd_put(file);
	return result;
}
