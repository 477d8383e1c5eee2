/* Asking about file systems: statfs, ustat. */
#include <asm/statfs.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/limits.h>

#include "kernel/lib/string.h"
#include "kernel/syscall/table.h"
#include "kernel/vfs/file.h"
#include "kernel/vfs/namei.h"

#define BLOCK_BYTES 4096
/* f_flags: as statvfs has them, and a bit that says that they are there. */
#define FLAG_READ_ONLY 0x0001
#define FLAG_VALID 0x0020
#define FLAG_RELATIME 0x1000

static void statfs_fill(struct statfs *out, struct super *super)
{
	uint64_t blocks = 0, free_blocks = 0, files = 0;

	if (super && super->statfs)
		super->statfs(super, &blocks, &free_blocks, &files);
	*out = (struct statfs){
		.f_type = super ? (long)super->magic : 0,
		.f_bsize = BLOCK_BYTES,
		.f_blocks = (long)blocks,
		.f_bfree = (long)free_blocks,
		.f_bavail = (long)free_blocks,
		.f_files = (long)files,
		.f_ffree = (long)free_blocks,
		.f_fsid = {{super ? (int)super->device : 0, 0}},
		.f_namelen = NAME_MAX,
		.f_frsize = BLOCK_BYTES,
		.f_flags = FLAG_VALID | FLAG_RELATIME | (super && super->read_only ? FLAG_READ_ONLY : 0),
	};
}

static long statfs_copy(const struct inode *inode, user_t to)
{
	struct statfs out;

	statfs_fill(&out, inode->super);
	return copy_to_user(to, &out, sizeof(out));
}

SYSCALL(statfs)
{
	struct path path;
	long error = path_walk_user(AT_FDCWD, ARG_USER(args, 0), WALK_FOLLOW, &path);

	if (error)
		return error;
	error = statfs_copy(path.dentry->inode, ARG_USER(args, 1));
	path_put(&path);
	return error;
}

SYSCALL(fstatfs)
{
	struct file *file = fd_get_any(ARG_INT(args, 0));
	long error;

	if (!file)
		return -EBADF;
	error = statfs_copy(file->inode, ARG_USER(args, 1));
	fd_put(file);
	return error;
}

/* struct ustat, which no header of Linux's interface has any more. */
struct ustat {
	int32_t free_blocks;
	uint64_t free_inodes;
	char name[6];
	char pack[6];
};

SYSCALL(ustat)
{
	list_for_each(at, &mounts)
	{
		struct super *super = list_entry(at, struct mount, list)->super;
		struct statfs found;
		struct ustat out;

		if (super->device != ARG_UINT(args, 0))
			continue;
		statfs_fill(&found, super);
		memset(&out, 0, sizeof(out));
		out.free_blocks = (int32_t)found.f_bfree;
		out.free_inodes = (uint64_t)found.f_ffree;
		return copy_to_user(ARG_USER(args, 1), &out, sizeof(out));
	}
	return -EINVAL;
}
