/* sendfile(2) and copy_file_range(2). The order of the checks is Linux's. */
#include <linux/errno.h>

#include "kernel/fs/pipe.h"
#include "kernel/fs/transfer.h"
#include "kernel/syscall/table.h"
#include "kernel/vfs/file.h"

/* Linux's rw_verify_area: -EINVAL. */
static int area_check(uint64_t position, uint64_t bytes)
{
	return position > INT64_MAX || bytes > INT64_MAX - position ? -EINVAL : 0;
}

static long sendfile_between(struct file *in, uint64_t *at, struct file *out, uint64_t bytes)
{
	unsigned flags = out->flags & O_NONBLOCK ? PIPE_NONBLOCK : 0;
	struct pipe *pipe = pipe_of(out);

	if (area_check(out->position, bytes))
		return -EINVAL;
	if (bytes > IO_BYTES_MAX)
		bytes = IO_BYTES_MAX;
	if (!pipe && (out->flags & O_APPEND))
		return -EINVAL;
	if (!pipe && !file_has_positions(in))
		return -EINVAL;
	if (!bytes)
		return 0;
	if (!transfer_can_read(in))
		return pipe ? transfer_refuse(pipe, flags) : -EINVAL;
	if (pipe)
		return transfer_to_pipe(in, at, pipe, bytes, flags);
	return transfer_to_file(in, at, out, NULL, bytes);
}

static long sendfile(struct file *in, uint64_t *offset, int out_fd, uint64_t bytes)
{
	uint64_t at = offset ? *offset : in->position;
	struct file *out;
	long result;

	if (!FILE_READABLE(in))
		return -EBADF;
	if (offset && !file_has_positions(in))
		return -ESPIPE;
	if (area_check(at, bytes))
		return -EINVAL;
	out = fd_get(out_fd);
	if (!out)
		return -EBADF;
	result = FILE_WRITABLE(out) ? sendfile_between(in, &at, out, bytes) : -EBADF;
	if (result > 0)
		transfer_tell(in, out);
	fd_put(out);
	if (result > 0)
		*(offset ? offset : &in->position) = at;
	return result;
}

SYSCALL(sendfile)
{
	user_t offset_at = ARG_USER(args, 2);
	uint64_t offset = 0;
	struct file *in;
	long result;

	if (offset_at && get_user_u64(&offset, offset_at))
		return -EFAULT;
	in = fd_get(ARG_INT(args, 1));
	if (!in)
		return -EBADF;
	result = sendfile(in, offset_at ? &offset : NULL, ARG_INT(args, 0), ARG_ULONG(args, 3));
	fd_put(in);
	if (offset_at && put_user_u64(offset_at, offset))
		return -EFAULT;
	return result;
}

static int copy_check_files(const struct file *in, const struct file *out)
{
	if (INODE_IS(in->inode, S_IFDIR) || INODE_IS(out->inode, S_IFDIR))
		return -EISDIR;
	if (!INODE_IS(in->inode, S_IFREG) || !INODE_IS(out->inode, S_IFREG))
		return -EINVAL;
	if (!FILE_READABLE(in) || !FILE_WRITABLE(out) || (out->flags & O_APPEND))
		return -EBADF;
	return in->inode->super == out->inode->super ? 0 : -EXDEV;
}

static long copy_range(struct file *in, uint64_t *in_at, struct file *out, uint64_t *out_at, uint64_t bytes)
{
	uint64_t size = in->inode->size;
	int error = copy_check_files(in, out);

	if (error)
		return error;
	if (*in_at + bytes < *in_at || *out_at + bytes < *out_at)
		return -EOVERFLOW;
	if (*in_at >= size)
		bytes = 0;
	else if (bytes > size - *in_at)
		bytes = size - *in_at;
	if (*out_at == INT64_MAX)
		return -EFBIG;
	if (*out_at <= INT64_MAX && bytes > INT64_MAX - *out_at)
		bytes = INT64_MAX - *out_at;
	if (in->inode == out->inode && *out_at + bytes > *in_at && *out_at < *in_at + bytes)
		return -EINVAL;
	if (area_check(*in_at, bytes) || area_check(*out_at, bytes))
		return -EINVAL;
	if (!bytes)
		return 0;
	if (!transfer_can_read(in))
		return -EINVAL;
	return transfer_to_file(in, in_at, out, out_at, bytes < IO_BYTES_MAX ? bytes : IO_BYTES_MAX);
}

/* A position of the call: from application memory, or the file's own. */
static int position_get(uint64_t *position, user_t at, const struct file *file)
{
	*position = file->position;
	return at ? get_user_u64(position, at) : 0;
}

static int position_put(uint64_t position, user_t at, struct file *file)
{
	if (at)
		return put_user_u64(at, position);
	file->position = position;
	return 0;
}

static long copy_file_range(const struct arguments *args, struct file *in, struct file *out)
{
	user_t in_user = ARG_USER(args, 1), out_user = ARG_USER(args, 3);
	uint64_t in_at, out_at;
	long result;

	if (position_get(&in_at, in_user, in) || position_get(&out_at, out_user, out))
		return -EFAULT;
	if (ARG_UINT(args, 5))
		return -EINVAL;
	result = copy_range(in, &in_at, out, &out_at, ARG_ULONG(args, 4));
	if (result > 0)
		transfer_tell(in, out);
	if (result > 0 && (position_put(in_at, in_user, in) || position_put(out_at, out_user, out)))
		return -EFAULT;
	return result;
}

SYSCALL(copy_file_range)
{
	struct file *in = fd_get(ARG_INT(args, 0)), *out;
	long result = -EBADF;

	if (!in)
		return -EBADF;
	out = fd_get(ARG_INT(args, 2));
	if (out) {
		result = copy_file_range(args, in, out);
		fd_put(out);
	}
	fd_put(in);
	return result;
}
