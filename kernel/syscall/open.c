/* open and its relatives, and close. */
#include <asm/fcntl.h>
#include <linux/close_range.h>
#include <linux/errno.h>
#include <linux/openat2.h>

#include "kernel/syscall/table.h"
#include "kernel/syscall/user_struct.h"
#include "kernel/task/process.h"
#include "kernel/vfs/namei.h"
#include "kernel/vfs/open.h"

#define O_SYNC_BIT (O_SYNC & ~O_DSYNC)
#define O_TMPFILE_BIT (O_TMPFILE & ~O_DIRECTORY)
#define FLAGS_KNOWN                                                                                                    \
	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC | FASYNC | O_DIRECT |      \
	 LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_PATH | O_TMPFILE_BIT)
#define FLAGS_WITH_PATH (O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC)
/* glibc's O_LARGEFILE is 0 on 64-bit machines; the kernel's shows in F_GETFL. */
#define LARGEFILE 0100000

#define RESOLVE_KNOWN                                                                                                  \
	(RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH | RESOLVE_IN_ROOT |           \
	 RESOLVE_CACHED)

/* What openat2 refuses and the older calls ignore was dealt with. */
static int request_check(const struct open_how *how)
{
	uint64_t flags = how->flags;

	if ((flags & (O_DIRECTORY | O_CREAT)) == (O_DIRECTORY | O_CREAT))
		return -EINVAL;
	if (flags & O_TMPFILE_BIT) {
		if (!(flags & O_DIRECTORY) || (flags & O_ACCMODE) == O_RDONLY)
			return -EINVAL;
	}
	if (flags & O_PATH && flags & ~(uint64_t)FLAGS_WITH_PATH)
		return -EINVAL;
	return 0;
}

static unsigned walk_flags(uint64_t resolve)
{
	static const struct {
		unsigned resolve;
		unsigned walk;
	} pairs[] = {
		{RESOLVE_NO_XDEV, WALK_NO_MOUNTS},       {RESOLVE_NO_MAGICLINKS, WALK_NO_MAGIC},
		{RESOLVE_NO_SYMLINKS, WALK_NO_SYMLINKS}, {RESOLVE_BENEATH, WALK_BENEATH},
		{RESOLVE_IN_ROOT, WALK_IN_ROOT},
	};
	unsigned flags = 0;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (resolve & pairs[i].resolve)
			flags |= pairs[i].walk;
	return flags;
}

static long open_at(int dirfd, user_t path, const struct open_how *how)
{
	struct open_request request = {
		.flags = (unsigned)how->flags,
		.mode = (uint32_t)how->mode,
		.walk = how->resolve ? walk_flags(how->resolve) : 0,
	};
	char text[PATH_BYTES_MAX];
	struct file *file;
	int result = request_check(how);

	if (!result)
		result = path_from_user(text, path);
	if (!result && text[0] == '\0')
		result = -ENOENT;
	if (!result)
		result = fd_prepare();
	if (!result)
		result = file_open(dirfd, text, &request, &file);
	if (result)
		return result;
	result = fd_install(file, 0, request.flags & O_CLOEXEC);
	if (result < 0)
		file_put(file);
	return result;
}

/* open and openat ignore what they do not know, and the mode where there is no file to make. */
static long open_leniently(int dirfd, user_t path, unsigned flags, unsigned mode)
{
	struct open_how how = {.flags = (flags & FLAGS_KNOWN) | LARGEFILE};

	if (flags & O_PATH)
		how.flags &= FLAGS_WITH_PATH;
	else if (flags & (O_CREAT | O_TMPFILE_BIT))
		how.mode = mode & 07777;
	return open_at(dirfd, path, &how);
}

SYSCALL(open)
{
	return open_leniently(AT_FDCWD, ARG_USER(args, 0), ARG_UINT(args, 1), ARG_UINT(args, 2));
}

SYSCALL(openat)
{
	return open_leniently(ARG_INT(args, 0), ARG_USER(args, 1), ARG_UINT(args, 2), ARG_UINT(args, 3));
}

SYSCALL(creat)
{
	return open_leniently(AT_FDCWD, ARG_USER(args, 0), O_CREAT | O_WRONLY | O_TRUNC, ARG_UINT(args, 1));
}

SYSCALL(openat2)
{
	struct open_how how;
	int error = user_struct_copy(&how, sizeof(how), sizeof(how), ARG_USER(args, 2), ARG_ULONG(args, 3));

	if (error)
		return error;
	if (how.flags & ~(uint64_t)FLAGS_KNOWN || how.resolve & ~(uint64_t)RESOLVE_KNOWN || how.mode & ~07777ull)
		return -EINVAL;
	if ((how.resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) == (RESOLVE_BENEATH | RESOLVE_IN_ROOT))
		return -EINVAL;
	if (how.mode && !(how.flags & (O_CREAT | O_TMPFILE_BIT)))
		return -EINVAL;
	/* Nothing here needs a disk: every walk is as good as cached. */
	if (how.resolve & RESOLVE_CACHED && how.flags & (O_TRUNC | O_CREAT | O_TMPFILE_BIT))
		return -EAGAIN;
	if (!(how.flags & O_PATH))
		how.flags |= LARGEFILE;
	return open_at(ARG_INT(args, 0), ARG_USER(args, 1), &how);
}

SYSCALL(close)
{
	return fd_close(ARG_INT(args, 0));
}

SYSCALL(close_range)
{
	unsigned first = ARG_UINT(args, 0), last = ARG_UINT(args, 1), flags = ARG_UINT(args, 2);
	int error = 0;

	if (flags & ~(unsigned)(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC) || first > last)
		return -EINVAL;
	if (flags & CLOSE_RANGE_UNSHARE)
		error = fd_table_unshare();
	return error ? error : fd_close_range(first, last, flags & CLOSE_RANGE_CLOEXEC);
}
