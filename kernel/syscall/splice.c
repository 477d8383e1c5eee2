/* splice(2), tee(2) and vmsplice(2). The order of the checks is Linux's. Pages are copied, never gifted. */
#include <linux/errno.h>

#include "kernel/fs/pipe.h"
#include "kernel/fs/transfer.h"
#include "kernel/lib/pages.h"
#include "kernel/syscall/table.h"
#include "kernel/vfs/file.h"

/* Flags of these calls, which no header for applications has but libc's. */
#define SPLICE_F_NONBLOCK 2u
#define SPLICE_F_ALL 15u

/* What splice and tee work on. */
struct ends {
	struct file *in;
	struct file *out;
	struct pipe *in_pipe; /* NULL: not a pipe */
	struct pipe *out_pipe;
};

static bool ends_get(struct ends *ends, int in, int out)
{
	*ends = (struct ends){.in = fd_get(in)};
	if (!ends->in)
		return false;
	ends->out = fd_get(out);
	if (!ends->out) {
		fd_put(ends->in);
		return false;
	}
	ends->in_pipe = pipe_of(ends->in);
	ends->out_pipe = pipe_of(ends->out);
	return true;
}

static void ends_put(struct ends *ends)
{
	fd_put(ends->out);
	fd_put(ends->in);
}

static unsigned pipe_flags(unsigned flags, const struct file *one, const struct file *other)
{
	unsigned file_flags = one->flags | (other ? other->flags : 0);

	return (flags & SPLICE_F_NONBLOCK) || (file_flags & O_NONBLOCK) ? PIPE_NONBLOCK : 0;
}

static int area_check(uint64_t position, uint64_t bytes)
{
	return position > INT64_MAX || bytes > INT64_MAX - position ? -EINVAL : 0;
}

static long splice_out(struct ends *ends, uint64_t *at, uint64_t bytes, unsigned flags)
{
	if (at && !file_has_positions(ends->out))
		return -EINVAL;
	if (ends->out->flags & O_APPEND || ends->out->ops->no_splice_to)
		return -EINVAL;
	if (area_check(at ? *at : ends->out->position, bytes))
		return -EINVAL;
	return transfer_from_pipe(ends->in_pipe, ends->out, at, bytes, pipe_flags(flags, ends->in, NULL));
}

static long splice_in(struct ends *ends, uint64_t *at, uint64_t bytes, unsigned flags)
{
	uint64_t position = at ? *at : ends->in->position;
	long result;

	if (at && !file_has_positions(ends->in))
		return -EINVAL;
	if (area_check(position, bytes))
		return -EINVAL;
	flags = pipe_flags(flags, ends->out, NULL);
	/* A file without positions (a socket) is read as far as it goes; its read operation ignores them. */
	if (!ends->in->ops->read || (ends->in->ops->seek && !transfer_can_read(ends->in)))
		return transfer_refuse(ends->out_pipe, flags);
	result = transfer_to_pipe(ends->in, &position, ends->out_pipe, bytes, flags);
	if (result > 0 && file_has_positions(ends->in))
		*(at ? at : &ends->in->position) = position;
	return result;
}

static long splice(struct ends *ends, uint64_t *in_at, uint64_t *out_at, uint64_t bytes, unsigned flags)
{
	if (!FILE_READABLE(ends->in) || !FILE_WRITABLE(ends->out))
		return -EBADF;
	if (ends->in_pipe && ends->out_pipe) {
		if (ends->in_pipe == ends->out_pipe)
			return -EINVAL;
		return transfer_between_pipes(ends->in_pipe, ends->out_pipe, bytes,
					      pipe_flags(flags, ends->in, ends->out), false);
	}
	if (ends->in_pipe)
		return splice_out(ends, out_at, bytes, flags);
	if (ends->out_pipe)
		return splice_in(ends, in_at, bytes, flags);
	return -EINVAL;
}

static long splice_decode(struct ends *ends, const struct arguments *args)
{
	user_t in_user = ARG_USER(args, 1), out_user = ARG_USER(args, 3);
	uint64_t in_at, out_at;
	long result;

	if ((ends->in_pipe && in_user) || (ends->out_pipe && out_user))
		return -ESPIPE;
	if ((out_user && get_user_u64(&out_at, out_user)) || (in_user && get_user_u64(&in_at, in_user)))
		return -EFAULT;
	result = splice(ends, in_user ? &in_at : NULL, out_user ? &out_at : NULL, ARG_ULONG(args, 4),
			ARG_UINT(args, 5));
	if (result > 0)
		transfer_tell(ends->in, ends->out);
	if (result < 0)
		return result;
	if ((out_user && put_user_u64(out_user, out_at)) || (in_user && put_user_u64(in_user, in_at)))
		return -EFAULT;
	return result;
}

SYSCALL(splice)
{
	struct ends ends;
	long result;

	if (!ARG_ULONG(args, 4))
		return 0;
	if (ARG_UINT(args, 5) & ~SPLICE_F_ALL)
		return -EINVAL;
	if (!ends_get(&ends, ARG_INT(args, 0), ARG_INT(args, 2)))
		return -EBADF;
	result = splice_decode(&ends, args);
	ends_put(&ends);
	return result;
}

SYSCALL(tee)
{
	uint64_t bytes = ARG_ULONG(args, 2);
	struct ends ends;
	long result = -EINVAL;

	if (ARG_UINT(args, 3) & ~SPLICE_F_ALL)
		return -EINVAL;
	if (!bytes)
		return 0;
	if (!ends_get(&ends, ARG_INT(args, 0), ARG_INT(args, 1)))
		return -EBADF;
	if (!FILE_READABLE(ends.in) || !FILE_WRITABLE(ends.out))
		result = -EBADF;
	else if (ends.in_pipe && ends.out_pipe && ends.in_pipe != ends.out_pipe)
		result = transfer_between_pipes(ends.in_pipe, ends.out_pipe, bytes,
						pipe_flags(ARG_UINT(args, 3), ends.in, ends.out), true);
	if (result > 0)
		transfer_tell(ends.in, ends.out);
	ends_put(&ends);
	return result;
}

/* Each page of the application's takes a slot of the pipe, as if it were given away. */
static long pages_write(struct pipe *pipe, const struct io *io, unsigned flags)
{
	const struct io_segment *segment = io->segments;
	size_t left = io->left;
	long done = 0, written;

	for (; left; left -= segment->bytes, segment++) {
		struct io part;

		if (!segment->bytes)
			continue;
		written = io_user(&part, segment->base, segment->bytes);
		if (!written)
			written = pipe_write_pages(pipe, &part, segment->base % PAGE_BYTES, flags);
		if (written > 0)
			done += written;
		if (written != (long)segment->bytes)
			return done ? done : written;
	}
	return done;
}

static long vmsplice(struct file *file, struct io *io, unsigned flags)
{
	struct pipe *pipe = pipe_of(file);
	long result;

	if (!io->left)
		return 0;
	if (!pipe)
		return -EBADF;
	/* Whether reading waits is for the call's flags alone to say. */
	if (!FILE_WRITABLE(file))
		return pipe_read(pipe, io, flags & SPLICE_F_NONBLOCK ? PIPE_NONBLOCK : 0);
	flags = pipe_flags(flags, file, NULL);
	result = pipe_wait_room(pipe, flags);
	return result < 0 ? result : pages_write(pipe, io, flags | PIPE_NONBLOCK);
}

SYSCALL(vmsplice)
{
	struct file *file;
	struct io io;
	long result;

	if (ARG_UINT(args, 3) & ~SPLICE_F_ALL)
		return -EINVAL;
	file = fd_get(ARG_INT(args, 0));
	if (!file)
		return -EBADF;
	result = io_import(&io, ARG_USER(args, 1), ARG_ULONG(args, 2));
	if (!result) {
		result = vmsplice(file, &io, ARG_UINT(args, 3));
		io_end(&io);
	}
	fd_put(file);
	return result;
}
