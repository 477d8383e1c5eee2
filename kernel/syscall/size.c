/* The size of files: truncate, fallocate. */
#include <linux/errno.h>
#include <linux/falloc.h>
#include <linux/signal.h>

#include "kernel/signal/send.h"
#include "kernel/syscall/table.h"
#include "kernel/task/process.h"
#include "kernel/vfs/namei.h"
#include "kernel/vfs/notify.h"
#include "kernel/vfs/open.h"
#include "kernel/vfs/permission.h"

static int truncate_check(struct inode *inode)
{
	if (INODE_IS(inode, S_IFDIR))
		return -EISDIR;
	if (!INODE_IS(inode, S_IFREG))
		return -EINVAL;
	return inode_permission(inode, MAY_WRITE);
}

SYSCALL(truncate)
{
	struct path path;
	int error;

	if (ARG_LONG(args, 1) < 0)
		return -EINVAL;
	error = path_walk_user(AT_FDCWD, ARG_USER(args, 0), WALK_FOLLOW, &path);
	if (error)
		return error;
	error = truncate_check(path.dentry->inode);
	if (!error)
		error = dentry_truncate(path.dentry, ARG_ULONG(args, 1));
	path_put(&path);
	return error;
}

SYSCALL(ftruncate)
{
	struct file *file;
	int error = -EINVAL;

	if (ARG_LONG(args, 1) < 0)
		return -EINVAL;
	file = fd_get(ARG_INT(args, 0));
	if (!file)
		return -EBADF;
	if (INODE_IS(file->inode, S_IFREG) && FILE_WRITABLE(file))
		error = dentry_truncate(file->path.dentry, ARG_ULONG(args, 1));
	fd_put(file);
	return error;
}

#define ALLOCATE_KNOWN                                                                                                 \
	(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_ZERO_RANGE |                \
	 FALLOC_FL_INSERT_RANGE | FALLOC_FL_UNSHARE_RANGE)

static int allocate_check_mode(unsigned mode)
{
	unsigned kind = mode & ~(unsigned)FALLOC_FL_KEEP_SIZE;

	if (mode & ~(unsigned)ALLOCATE_KNOWN || kind & (kind - 1))
		return -EOPNOTSUPP;
	if (kind == FALLOC_FL_PUNCH_HOLE && !(mode & FALLOC_FL_KEEP_SIZE))
		return -EOPNOTSUPP;
	if ((kind == FALLOC_FL_COLLAPSE_RANGE || kind == FALLOC_FL_INSERT_RANGE) && mode & FALLOC_FL_KEEP_SIZE)
		return -EOPNOTSUPP;
	return 0;
}

/* As every change of contents does. */
static int set_ids_drop(struct dentry *dentry)
{
	struct inode *inode = dentry->inode;
	struct attributes change = {.valid = ATTR_MODE, .mode = mode_after_change(inode) & 07777};

	return change.mode == (inode->mode & 07777) ? 0 : dentry_setattr(dentry, &change);
}

static int allocate(struct file *file, unsigned mode, uint64_t offset, uint64_t bytes)
{
	int error = allocate_check_mode(mode);

	if (error)
		return error;
	if (!FILE_WRITABLE(file))
		return -EBADF;
	if (INODE_IS(file->inode, S_IFIFO))
		return -ESPIPE;
	if (INODE_IS(file->inode, S_IFDIR))
		return -EISDIR;
	if (!INODE_IS(file->inode, S_IFREG))
		return -ENODEV;
	if (offset + bytes > INT64_MAX)
		return -EFBIG;
	if (!file->ops->allocate)
		return -EOPNOTSUPP;
	/* With FALLOC_FL_KEEP_SIZE, too: the file could not be written there. */
	if (!(mode & ~(unsigned)FALLOC_FL_KEEP_SIZE) && offset + bytes > process_limit(RLIMIT_FSIZE) &&
	    offset + bytes > file->inode->size) {
		signal_send_current(SIGXFSZ);
		return -EFBIG;
	}
	error = file->ops->allocate(file, (int)mode, offset, bytes);
	if (!error)
		error = set_ids_drop(file->path.dentry);
	if (!error)
		notify_file(file, IN_MODIFY);
	return error;
}

SYSCALL(fallocate)
{
	struct file *file = fd_get(ARG_INT(args, 0));
	int error = -EINVAL;

	if (!file)
		return -EBADF;
	if (ARG_LONG(args, 2) >= 0 && ARG_LONG(args, 3) > 0)
		error = allocate(file, ARG_UINT(args, 1), ARG_ULONG(args, 2), ARG_ULONG(args, 3));
	fd_put(file);
	return error;
}
