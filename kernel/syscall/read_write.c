/* Reading, writing and seeking, by descriptor. */
#include <linux/errno.h>
#include <linux/fs.h>

#include "kernel/syscall/table.h"
#include "kernel/vfs/file.h"

#ifndef RWF_NOAPPEND /* Linux 6.9 */
#define RWF_NOAPPEND 0x20
#endif

/* The position that says: the file's own. */
#define POSITION_OWN (-1ll)

static long transfer(int fd, struct io *io, int error, int64_t position, bool write)
{
	struct file *file = fd_get(fd);
	long result;

	if (!file)
		return -EBADF;
	if (position != POSITION_OWN && !file_has_positions(file))
		result = -ESPIPE;
	else if (write ? !FILE_WRITABLE(file) : !FILE_READABLE(file))
		result = -EBADF;
	else if (error)
		result = error;
	else if (position == POSITION_OWN)
		result = write ? file_write(file, io) : file_read(file, io);
	else
		result = write ? file_write_at(file, io, (uint64_t)position)
			       : file_read_at(file, io, (uint64_t)position);
	fd_put(file);
	return result;
}

SYSCALL(read)
{
	struct io io;
	int error = io_user(&io, ARG_USER(args, 1), ARG_ULONG(args, 2));

	return transfer(ARG_INT(args, 0), &io, error, POSITION_OWN, false);
}

SYSCALL(write)
{
	struct io io;
	int error = io_user(&io, ARG_USER(args, 1), ARG_ULONG(args, 2));

	return transfer(ARG_INT(args, 0), &io, error, POSITION_OWN, true);
}

static long transfer_at(const struct arguments *args, bool write)
{
	struct io io;
	int error;

	if (ARG_LONG(args, 3) < 0)
		return -EINVAL;
	error = io_user(&io, ARG_USER(args, 1), ARG_ULONG(args, 2));
	return transfer(ARG_INT(args, 0), &io, error, ARG_LONG(args, 3), write);
}

SYSCALL(pread64)
{
	return transfer_at(args, false);
}

SYSCALL(pwrite64)
{
	return transfer_at(args, true);
}

/* RWF_*: 0, or what cannot be done. Everything is synchronous already, in memory. */
static int apply_flags(struct io *io, unsigned flags, bool write)
{
	if (flags & ~(unsigned)(RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_APPEND | RWF_NOAPPEND))
		return -EOPNOTSUPP;
	if ((flags & (RWF_APPEND | RWF_NOAPPEND)) == (RWF_APPEND | RWF_NOAPPEND))
		return -EINVAL;
	io->append = write && flags & RWF_APPEND;
	io->no_append = write && flags & RWF_NOAPPEND;
	return 0;
}

static long transfer_vector(const struct arguments *args, int64_t position, unsigned flags, bool write)
{
	struct io io;
	int error = io_import(&io, ARG_USER(args, 1), ARG_ULONG(args, 2));
	long result;

	if (!error && flags)
		error = apply_flags(&io, flags, write);
	result = transfer(ARG_INT(args, 0), &io, error, position, write);
	io_end(&io);
	return result;
}

SYSCALL(readv)
{
	return transfer_vector(args, POSITION_OWN, 0, false);
}

SYSCALL(writev)
{
	return transfer_vector(args, POSITION_OWN, 0, true);
}

SYSCALL(preadv)
{
	return ARG_LONG(args, 3) < 0 ? -EINVAL : transfer_vector(args, ARG_LONG(args, 3), 0, false);
}

SYSCALL(pwritev)
{
	return ARG_LONG(args, 3) < 0 ? -EINVAL : transfer_vector(args, ARG_LONG(args, 3), 0, true);
}

SYSCALL(preadv2)
{
	return ARG_LONG(args, 3) < POSITION_OWN ? -EINVAL
						: transfer_vector(args, ARG_LONG(args, 3), ARG_UINT(args, 5), false);
}

SYSCALL(pwritev2)
{
	return ARG_LONG(args, 3) < POSITION_OWN ? -EINVAL
						: transfer_vector(args, ARG_LONG(args, 3), ARG_UINT(args, 5), true);
}

SYSCALL(lseek)
{
	struct file *file = fd_get(ARG_INT(args, 0));
	long result;

	if (!file)
		return -EBADF;
	result = ARG_UINT(args, 2) > SEEK_HOLE ? -EINVAL : file_seek(file, ARG_LONG(args, 1), ARG_INT(args, 2));
	fd_put(file);
	return result;
}
