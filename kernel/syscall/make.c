/* Making directories, FIFOs and device nodes. */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/fcntl.h>

#include "kernel/syscall/table.h"
#include "kernel/task/process.h"
#include "kernel/vfs/names.h"

static long make_at(int dirfd, user_t path, uint32_t mode, uint64_t rdev)
{
	char text[PATH_BYTES_MAX];
	struct last_component at;
	int error = path_from_user(text, path);

	if (!error)
		error = path_walk_parent(dirfd, text, &at);
	if (error)
		return error;
	error = name_make_node(&at, mode, rdev, NULL);
	path_put(&at.dir);
	return error;
}

static long make_directory(int dirfd, user_t path, unsigned mode)
{
	return make_at(dirfd, path, S_IFDIR | (mode & (0777 | S_ISVTX)), 0);
}

SYSCALL(mkdir)
{
	return make_directory(AT_FDCWD, ARG_USER(args, 0), ARG_UINT(args, 1));
}

SYSCALL(mkdirat)
{
	return make_directory(ARG_INT(args, 0), ARG_USER(args, 1), ARG_UINT(args, 2));
}

static long make_node(int dirfd, user_t path, unsigned mode, unsigned device)
{
	switch (mode & S_IFMT) {
	case 0:
		mode |= S_IFREG;
		break;
	case S_IFREG:
	case S_IFIFO:
	case S_IFSOCK:
		break;
	case S_IFCHR:
	case S_IFBLK:
		if (!process_capable(CAP_MKNOD))
			return -EPERM;
		return make_at(dirfd, path, mode & (S_IFMT | 07777), device);
	case S_IFDIR:
		return -EPERM;
	default:
		return -EINVAL;
	}
	return make_at(dirfd, path, mode & (S_IFMT | 07777), 0);
}

SYSCALL(mknod)
{
	return make_node(AT_FDCWD, ARG_USER(args, 0), ARG_UINT(args, 1), ARG_UINT(args, 2));
}

SYSCALL(mknodat)
{
	return make_node(ARG_INT(args, 0), ARG_USER(args, 1), ARG_UINT(args, 2), ARG_UINT(args, 3));
}
