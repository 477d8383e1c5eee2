/* signalfd and signalfd4. */
#include "kernel/fs/signalfd.h"

#include <linux/errno.h>

#include "kernel/mm/user.h"
#include "kernel/syscall/table.h"

#define SFD_FLAGS (O_CLOEXEC | O_NONBLOCK)

static long set_change(int fd, signal_set_t set)
{
	struct file *file = fd_get(fd);
	long result;

	if (!file)
		return -EBADF;
	result = signalfd_set(file, set);
	fd_put(file);
	return result ? result : fd;
}

static long create(const struct arguments *args, int flags)
{
	signal_set_t set;
	struct file *file;
	long fd;

	if (flags & ~SFD_FLAGS || ARG_ULONG(args, 2) != sizeof(set))
		return -EINVAL;
	if (copy_from_user(&set, ARG_USER(args, 1), sizeof(set)))
		return -EFAULT;
	if (ARG_INT(args, 0) != -1)
		return set_change(ARG_INT(args, 0), set);
	fd = signalfd_new(set, (unsigned)flags, &file);
	if (fd)
		return fd;
	fd = fd_install(file, 0, flags & O_CLOEXEC);
	if (fd < 0)
		file_put(file);
	return fd;
}

SYSCALL(signalfd)
{
	return create(args, 0);
}

SYSCALL(signalfd4)
{
	return create(args, ARG_INT(args, 3));
}
