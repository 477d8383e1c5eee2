/* eventfd and eventfd2. */
#include "kernel/fs/eventfd.h"

#include <linux/errno.h>

#include "kernel/syscall/table.h"
#include "kernel/vfs/file.h"

#define EFD_SEMAPHORE 1
#define EFD_CLOEXEC O_CLOEXEC
#define EFD_NONBLOCK O_NONBLOCK

static long create(uint32_t count, int flags)
{
	struct file *file;
	long fd;

	if (flags & ~(EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK))
		return -EINVAL;
	fd = eventfd_new(count, flags & EFD_SEMAPHORE, (unsigned)flags & O_NONBLOCK, &file);
	if (fd)
		return fd;
	fd = fd_install(file, 0, flags & EFD_CLOEXEC);
	if (fd < 0)
		file_put(file);
	return fd;
}

SYSCALL(eventfd)
{
	return create(ARG_UINT(args, 0), 0);
}

SYSCALL(eventfd2)
{
	return create(ARG_UINT(args, 0), ARG_INT(args, 1));
}
