/* Removing and renaming names. */
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/fs.h>

#include "kernel/syscall/table.h"
#include "kernel/vfs/names.h"

static long remove_at(int dirfd, user_t path, bool directory)
{
	char text[PATH_BYTES_MAX];
	struct last_component at;
	int error = path_from_user(text, path);

	if (!error)
		error = path_walk_parent(dirfd, text, &at);
	if (error)
		return error;
	error = name_remove(&at, directory);
	path_put(&at.dir);
	return error;
}

SYSCALL(unlink)
{
	return remove_at(AT_FDCWD, ARG_USER(args, 0), false);
}

SYSCALL(rmdir)
{
	return remove_at(AT_FDCWD, ARG_USER(args, 0), true);
}

SYSCALL(unlinkat)
{
	if (ARG_INT(args, 2) & ~AT_REMOVEDIR)
		return -EINVAL;
	return remove_at(ARG_INT(args, 0), ARG_USER(args, 1), ARG_INT(args, 2) & AT_REMOVEDIR);
}

static int rename_texts(int old_fd, const char *old, int new_fd, const char *new, unsigned flags)
{
	struct last_component from, to;
	int error = path_walk_parent(old_fd, old, &from);

	if (error)
		return error;
	error = path_walk_parent(new_fd, new, &to);
	if (!error) {
		error = name_rename(&from, &to, flags);
		path_put(&to.dir);
	}
	path_put(&from.dir);
	return error;
}

static long rename_at(int old_fd, user_t old, int new_fd, user_t new, unsigned flags)
{
	char old_text[PATH_BYTES_MAX], new_text[PATH_BYTES_MAX];
	int error;

	/* RENAME_WHITEOUT is for makers of overlays: no file system here has whiteouts. */
	if (flags & ~(unsigned)(RENAME_NOREPLACE | RENAME_EXCHANGE) || flags == (RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	error = path_from_user(old_text, old);
	if (!error)
		error = path_from_user(new_text, new);
	return error ? error : rename_texts(old_fd, old_text, new_fd, new_text, flags);
}

SYSCALL(rename)
{
	return rename_at(AT_FDCWD, ARG_USER(args, 0), AT_FDCWD, ARG_USER(args, 1), 0);
}

SYSCALL(renameat)
{
	return rename_at(ARG_INT(args, 0), ARG_USER(args, 1), ARG_INT(args, 2), ARG_USER(args, 3), 0);
}

SYSCALL(renameat2)
{
	return rename_at(ARG_INT(args, 0), ARG_USER(args, 1), ARG_INT(args, 2), ARG_USER(args, 3), ARG_UINT(args, 4));
}
