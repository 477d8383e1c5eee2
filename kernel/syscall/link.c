/* Links, hard and symbolic. */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/fcntl.h>

#include "kernel/syscall/table.h"
#include "kernel/task/process.h"
#include "kernel/vfs/names.h"

/* The parent of a new name, from application memory; `text` keeps the name. */
static int walk_parent_user(int dirfd, user_t path, char text[PATH_BYTES_MAX], struct last_component *at)
{
	int error = path_from_user(text, path);

	return error ? error : path_walk_parent(dirfd, text, at);
}

static long link_at(int old_fd, user_t old, int new_fd, user_t new, int flags)
{
	unsigned walk = (flags & AT_SYMLINK_FOLLOW ? WALK_FOLLOW : 0) | (flags & AT_EMPTY_PATH ? WALK_EMPTY : 0);
	char text[PATH_BYTES_MAX];
	struct last_component at;
	struct path from;
	int error;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	/* Else it would open a way around the directories that lead to a file that was passed on. */
	if (flags & AT_EMPTY_PATH && !process_capable(CAP_DAC_READ_SEARCH))
		walk &= ~(unsigned)WALK_EMPTY;
	error = path_walk_user(old_fd, old, walk, &from);
	if (error)
		return error;
	error = walk_parent_user(new_fd, new, text, &at);
	if (!error) {
		error = name_make_link(&at, &from);
		path_put(&at.dir);
	}
	path_put(&from);
	return error;
}

SYSCALL(link)
{
	return link_at(AT_FDCWD, ARG_USER(args, 0), AT_FDCWD, ARG_USER(args, 1), 0);
}

SYSCALL(linkat)
{
	return link_at(ARG_INT(args, 0), ARG_USER(args, 1), ARG_INT(args, 2), ARG_USER(args, 3), ARG_INT(args, 4));
}

static long symlink_at(user_t target, int dirfd, user_t path)
{
	char target_text[PATH_BYTES_MAX], text[PATH_BYTES_MAX];
	long length = strncpy_from_user(target_text, target, sizeof(target_text));
	struct last_component at;
	int error;

	if (length <= 0)
		return length ? length : -ENOENT;
	error = walk_parent_user(dirfd, path, text, &at);
	if (error)
		return error;
	error = name_make_symlink(&at, target_text, (size_t)length);
	path_put(&at.dir);
	return error;
}

SYSCALL(symlink)
{
	return symlink_at(ARG_USER(args, 0), AT_FDCWD, ARG_USER(args, 1));
}

SYSCALL(symlinkat)
{
	return symlink_at(ARG_USER(args, 0), ARG_INT(args, 1), ARG_USER(args, 2));
}

static long link_read(struct inode *inode, bool named, user_t to, int size)
{
	char target[PATH_BYTES_MAX];
	long length;

	if (!INODE_IS(inode, S_IFLNK) || !inode->ops->readlink)
		return named ? -EINVAL : -ENOENT;
	length = inode->ops->readlink(inode, target, sizeof(target));
	if (length < 0)
		return length;
	inode_accessed(inode, false);
	if (length > (long)sizeof(target))
		length = sizeof(target);
	if (length > size)
		length = size;
	return copy_to_user(to, target, (size_t)length) ? -EFAULT : length;
}

static long readlink_at(int dirfd, user_t text, user_t to, int size)
{
	struct path path;
	char first;
	long result;

	if (size <= 0)
		return -EINVAL;
	result = path_walk_user(dirfd, text, WALK_EMPTY, &path);
	if (result)
		return result;
	result = link_read(path.dentry->inode, copy_from_user(&first, text, 1) == 0 && first, to, size);
	path_put(&path);
	return result;
}

SYSCALL(readlink)
{
	return readlink_at(AT_FDCWD, ARG_USER(args, 0), ARG_USER(args, 1), ARG_INT(args, 2));
}

SYSCALL(readlinkat)
{
	return readlink_at(ARG_INT(args, 0), ARG_USER(args, 1), ARG_USER(args, 2), ARG_INT(args, 3));
}
