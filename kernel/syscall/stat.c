/* Asking about files: stat, access. */
#include <asm/stat.h>
#include <linux/errno.h>
#include <linux/fcntl.h>

#include "kernel/syscall/table.h"
#include "kernel/task/process.h"
#include "kernel/vfs/device.h"
#include "kernel/vfs/namei.h"

#define BLOCK_BYTES 4096

static void inode_refresh(struct inode *inode)
{
	if (inode->ops->refresh)
		inode->ops->refresh(inode);
}

static long stat_copy(struct inode *inode, user_t to)
{
	struct stat out;

	inode_refresh(inode);
	out = (struct stat){
		.st_dev = inode->super ? inode->super->device : 0,
		.st_ino = inode->ino,
		.st_nlink = inode->nlink,
		.st_mode = inode->mode,
		.st_uid = inode->uid,
		.st_gid = inode->gid,
		.st_rdev = inode->rdev,
		.st_size = (int64_t)inode->size,
		.st_blksize = BLOCK_BYTES,
		.st_blocks = (int64_t)inode->blocks,
		.st_atime = (unsigned long)inode->atime.seconds,
		.st_atime_nsec = inode->atime.nanoseconds,
		.st_mtime = (unsigned long)inode->mtime.seconds,
		.st_mtime_nsec = inode->mtime.nanoseconds,
		.st_ctime = (unsigned long)inode->ctime.seconds,
		.st_ctime_nsec = inode->ctime.nanoseconds,
	};
	return copy_to_user(to, &out, sizeof(out));
}

static unsigned walk_flags_of(int flags)
{
	return (flags & AT_SYMLINK_NOFOLLOW ? 0u : WALK_FOLLOW) | (flags & AT_EMPTY_PATH ? WALK_EMPTY : 0u);
}

/* With AT_EMPTY_PATH, no path is an empty one: Linux 6.11. */
static int walk_to_file(int dirfd, user_t text, int flags, struct path *out)
{
	if (flags & AT_EMPTY_PATH && !text)
		return path_walk(dirfd, "", walk_flags_of(flags), out);
	return path_walk_user(dirfd, text, walk_flags_of(flags), out);
}

static long stat_at(int dirfd, user_t text, int flags, user_t to)
{
	struct path path;
	long error = walk_to_file(dirfd, text, flags, &path);

	if (error)
		return error;
	error = stat_copy(path.dentry->inode, to);
	path_put(&path);
	return error;
}

static long stat_descriptor(int fd, user_t to)
{
	struct file *file = fd_get_any(fd);
	long error;

	if (!file)
		return -EBADF;
	error = stat_copy(file->inode, to);
	fd_put(file);
	return error;
}

SYSCALL(stat)
{
	return stat_at(AT_FDCWD, ARG_USER(args, 0), 0, ARG_USER(args, 1));
}

SYSCALL(lstat)
{
	return stat_at(AT_FDCWD, ARG_USER(args, 0), AT_SYMLINK_NOFOLLOW, ARG_USER(args, 1));
}

SYSCALL(fstat)
{
	return stat_descriptor(ARG_INT(args, 0), ARG_USER(args, 1));
}

/* With AT_EMPTY_PATH: whether the path is empty, or NULL. */
static bool path_is_empty(user_t text)
{
	char first;

	return !text || (copy_from_user(&first, text, 1) == 0 && first == '\0');
}

SYSCALL(newfstatat)
{
	int dirfd = ARG_INT(args, 0), flags = ARG_INT(args, 3);

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH))
		return -EINVAL;
	/* What fstat is in today's C libraries. */
	if (flags & AT_EMPTY_PATH && dirfd != AT_FDCWD && path_is_empty(ARG_USER(args, 1)))
		return stat_descriptor(dirfd, ARG_USER(args, 2));
	return stat_at(dirfd, ARG_USER(args, 1), flags, ARG_USER(args, 2));
}

/* --- statx -------------------------------------------------------------------------------------------------------- */

static struct statx_timestamp statx_time(struct timestamp time)
{
	return (struct statx_timestamp){.tv_sec = time.seconds, .tv_nsec = time.nanoseconds};
}

static void statx_fill(struct statx *out, const struct dentry *dentry)
{
	struct inode *inode = dentry->inode;
	uint64_t device = inode->super ? inode->super->device : 0;

	inode_refresh(inode);
	*out = (struct statx){
		.stx_mask = STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID,
		.stx_blksize = BLOCK_BYTES,
		.stx_attributes = dentry->covers || dentry->parent == dentry ? STATX_ATTR_MOUNT_ROOT : 0,
		.stx_attributes_mask = STATX_ATTR_MOUNT_ROOT,
		.stx_nlink = inode->nlink,
		.stx_uid = inode->uid,
		.stx_gid = inode->gid,
		.stx_mode = (uint16_t)inode->mode,
		.stx_ino = inode->ino,
		.stx_size = inode->size,
		.stx_blocks = inode->blocks,
		.stx_atime = statx_time(inode->atime),
		.stx_mtime = statx_time(inode->mtime),
		.stx_ctime = statx_time(inode->ctime),
		.stx_btime = statx_time(inode->btime),
		.stx_rdev_major = device_major(inode->rdev),
		.stx_rdev_minor = device_minor(inode->rdev),
		.stx_dev_major = device_major(device),
		.stx_dev_minor = device_minor(device),
		.stx_mnt_id = device,
	};
}

SYSCALL(statx)
{
	int dirfd = ARG_INT(args, 0), flags = ARG_INT(args, 2);
	struct statx out;
	struct path path;
	int error;

	if (ARG_UINT(args, 3) & STATX__RESERVED || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE ||
	    flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE))
		return -EINVAL;
	error = walk_to_file(dirfd, ARG_USER(args, 1), flags, &path);
	if (error)
		return error;
	statx_fill(&out, path.dentry);
	path_put(&path);
	return copy_to_user(ARG_USER(args, 4), &out, sizeof(out));
}

/* --- access ------------------------------------------------------------------------------------------------------- */

static long access_at(int dirfd, user_t text, unsigned mask, int flags)
{
	struct path path;
	int error;

	if (mask & ~(unsigned)(MAY_READ | MAY_WRITE | MAY_EXEC) ||
	    flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	error = path_walk_user(dirfd, text, walk_flags_of(flags) | (flags & AT_EACCESS ? 0u : WALK_REAL_IDS), &path);
	if (error)
		return error;
	if (flags & AT_EACCESS)
		error = inode_permission(path.dentry->inode, mask);
	else
		error = inode_permission_real(path.dentry->inode, mask);
	path_put(&path);
	return error;
}

SYSCALL(access)
{
	return access_at(AT_FDCWD, ARG_USER(args, 0), ARG_UINT(args, 1), 0);
}

SYSCALL(faccessat)
{
	return access_at(ARG_INT(args, 0), ARG_USER(args, 1), ARG_UINT(args, 2), 0);
}

SYSCALL(faccessat2)
{
	return access_at(ARG_INT(args, 0), ARG_USER(args, 1), ARG_UINT(args, 2), ARG_INT(args, 3));
}
