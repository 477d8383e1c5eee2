/* Changing who owns a file and who may use it. */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/fcntl.h>

#include "kernel/syscall/table.h"
#include "kernel/task/process.h"
#include "kernel/vfs/file.h"
#include "kernel/vfs/namei.h"
#include "kernel/vfs/permission.h"

static bool is_read_only(const struct inode *inode)
{
	return inode->super && inode->super->read_only;
}

static int walk_flags(int flags, unsigned *walk)
{
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	*walk = (flags & AT_SYMLINK_NOFOLLOW ? 0u : WALK_FOLLOW) | (flags & AT_EMPTY_PATH ? WALK_EMPTY : 0u);
	return 0;
}

/* --- chmod -------------------------------------------------------------------------------------------------------- */

static int mode_change(struct dentry *dentry, unsigned mode)
{
	const struct inode *inode = dentry->inode;
	struct attributes change = {.valid = ATTR_MODE, .mode = mode & 07777};

	if (is_read_only(inode))
		return -EROFS;
	if (INODE_IS(inode, S_IFLNK))
		return -EOPNOTSUPP;
	if (!process_owns(inode))
		return -EPERM;
	if (change.mode & S_ISGID)
		change.mode = mode_for_group(change.mode, inode->gid);
	return dentry_setattr(dentry, &change);
}

static long mode_change_at(int dirfd, user_t text, unsigned mode, int flags)
{
	struct path path;
	unsigned walk;
	int error = walk_flags(flags, &walk);

	if (!error)
		error = path_walk_user(dirfd, text, walk, &path);
	if (error)
		return error;
	error = mode_change(path.dentry, mode);
	path_put(&path);
	return error;
}

SYSCALL(chmod)
{
	return mode_change_at(AT_FDCWD, ARG_USER(args, 0), ARG_UINT(args, 1), 0);
}

SYSCALL(fchmodat)
{
	return mode_change_at(ARG_INT(args, 0), ARG_USER(args, 1), ARG_UINT(args, 2), 0);
}

SYSCALL(fchmodat2)
{
	return mode_change_at(ARG_INT(args, 0), ARG_USER(args, 1), ARG_UINT(args, 2), ARG_INT(args, 3));
}

SYSCALL(fchmod)
{
	struct file *file = fd_get(ARG_INT(args, 0));
	int error;

	if (!file)
		return -EBADF;
	error = mode_change(file->path.dentry, ARG_UINT(args, 1));
	fd_put(file);
	return error;
}

/* --- chown -------------------------------------------------------------------------------------------------------- */

#define KEEP UINT32_MAX /* an id of -1 */

static bool may_change_owner(const struct inode *inode, uint32_t uid, uint32_t gid)
{
	bool own = process_current()->credentials.fsuid == inode->uid;

	if (process_capable(CAP_CHOWN))
		return true;
	if (uid != KEEP && (!own || uid != inode->uid))
		return false;
	return gid == KEEP || (own && (gid == inode->gid || process_in_group(gid)));
}

static int owner_change(struct dentry *dentry, uint32_t uid, uint32_t gid)
{
	const struct inode *inode = dentry->inode;
	struct attributes change = {.uid = uid, .gid = gid};
	uint32_t mode = mode_without_set_ids(inode);

	if (is_read_only(inode))
		return -EROFS;
	if (!may_change_owner(inode, uid, gid))
		return -EPERM;
	if (uid != KEEP)
		change.valid |= ATTR_OWNER;
	if (gid != KEEP)
		change.valid |= ATTR_GROUP;
	if (!INODE_IS(inode, S_IFDIR) && mode != inode->mode) {
		change.valid |= ATTR_MODE;
		change.mode = mode & 07777;
		/* A change of mode, on top of the one of owner. */
		if (!process_owns(inode))
			return -EPERM;
	}
	return dentry_setattr(dentry, &change);
}

static long owner_change_at(int dirfd, user_t text, uint32_t uid, uint32_t gid, int flags)
{
	struct path path;
	unsigned walk;
	int error = walk_flags(flags, &walk);

	if (!error)
		error = path_walk_user(dirfd, text, walk, &path);
	if (error)
		return error;
	error = owner_change(path.dentry, uid, gid);
	path_put(&path);
	return error;
}

SYSCALL(chown)
{
	return owner_change_at(AT_FDCWD, ARG_USER(args, 0), ARG_UINT(args, 1), ARG_UINT(args, 2), 0);
}

SYSCALL(lchown)
{
	return owner_change_at(AT_FDCWD, ARG_USER(args, 0), ARG_UINT(args, 1), ARG_UINT(args, 2), AT_SYMLINK_NOFOLLOW);
}

SYSCALL(fchownat)
{
	return owner_change_at(ARG_INT(args, 0), ARG_USER(args, 1), ARG_UINT(args, 2), ARG_UINT(args, 3),
			       ARG_INT(args, 4));
}

SYSCALL(fchown)
{
	struct file *file = fd_get(ARG_INT(args, 0));
	int error;

	if (!file)
		return -EBADF;
	error = owner_change(file->path.dentry, ARG_UINT(args, 1), ARG_UINT(args, 2));
	fd_put(file);
	return error;
}

SYSCALL(umask)
{
	return __atomic_exchange_n(&process_current()->umask, ARG_UINT(args, 0) & 0777, __ATOMIC_RELAXED);
}
