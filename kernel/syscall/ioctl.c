/* ioctl: what it means for all files; the rest is up to the file. */
#include <asm/ioctls.h>
#include <linux/errno.h>
#include <linux/fs.h>

#include "kernel/syscall/table.h"
#include "kernel/vfs/file.h"

#define BLOCK_BYTES 4096

/* FIONBIO and FIOASYNC: the flag goes as the int at the argument says. */
static long flag_change(struct file *file, unsigned flag, user_t from)
{
	uint32_t on;

	if (get_user_u32(&on, from))
		return -EFAULT;
	if (on)
		__atomic_fetch_or(&file->flags, flag, __ATOMIC_RELAXED);
	else
		__atomic_fetch_and(&file->flags, ~flag, __ATOMIC_RELAXED);
	return 0;
}

static long bytes_left(const struct file *file, user_t to)
{
	return put_user_u32(to, (uint32_t)(file->inode->size - file->position));
}

static long control_generic(struct file *file, int fd, unsigned request, uint64_t argument)
{
	bool regular = INODE_IS(file->inode, S_IFREG);

	switch (request) {
	case FIOCLEX:
		return fd_set_flags(fd, true);
	case FIONCLEX:
		return fd_set_flags(fd, false);
	case FIONBIO:
		return flag_change(file, O_NONBLOCK, argument);
	case FIOASYNC:
		return flag_change(file, FASYNC, argument);
	case FIONREAD:
		if (regular)
			return bytes_left(file, argument);
		break;
	case FIGETBSZ:
		if (regular || INODE_IS(file->inode, S_IFDIR))
			return put_user_u32(argument, BLOCK_BYTES);
		break;
	}
	return file->ops->ioctl ? file->ops->ioctl(file, request, argument) : -ENOTTY;
}

SYSCALL(ioctl)
{
	int fd = ARG_INT(args, 0);
	struct file *file = fd_get(fd);
	long result;

	if (!file)
		return -EBADF;
	result = control_generic(file, fd, ARG_UINT(args, 1), ARG_ULONG(args, 2));
	fd_put(file);
	return result;
}
