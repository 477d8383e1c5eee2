/* timerfd_create, timerfd_settime and timerfd_gettime. */
#include "kernel/fs/timerfd.h"

#include <linux/capability.h>
#include <linux/errno.h>

#include "kernel/syscall/table.h"
#include "kernel/task/process.h"
#include "kernel/task/time.h"
#include "kernel/vfs/file.h"

static int clock_check(int clock)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
		return 0;
	case CLOCK_REALTIME_ALARM:
	case CLOCK_BOOTTIME_ALARM:
		return process_capable(CAP_WAKE_ALARM) ? 0 : -EPERM;
	default:
		return -EINVAL;
	}
}

SYSCALL(timerfd_create)
{
	int clock = ARG_INT(args, 0), flags = ARG_INT(args, 1);
	struct file *file;
	long fd;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	fd = clock_check(clock);
	if (!fd)
		fd = timerfd_new(clock, (unsigned)flags & O_NONBLOCK, &file);
	if (fd)
		return fd;
	fd = fd_install(file, 0, flags & O_CLOEXEC);
	if (fd < 0)
		file_put(file);
	return fd;
}

SYSCALL(timerfd_settime)
{
	unsigned flags = ARG_UINT(args, 1);
	struct __kernel_itimerspec new, old;
	struct file *file;
	int error;

	if (copy_from_user(&new, ARG_USER(args, 2), sizeof(new)))
		return -EFAULT;
	if (flags & ~(unsigned)(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET) || !timespec_is_valid(&new.it_value) ||
	    !timespec_is_valid(&new.it_interval))
		return -EINVAL;
	file = fd_get(ARG_INT(args, 0));
	if (!file)
		return -EBADF;
	error = timerfd_set(file, flags, &new, &old);
	fd_put(file);
	if (!error && ARG_USER(args, 3))
		error = copy_to_user(ARG_USER(args, 3), &old, sizeof(old));
	return error;
}

SYSCALL(timerfd_gettime)
{
	struct file *file = fd_get(ARG_INT(args, 0));
	struct __kernel_itimerspec now;
	int error;

	if (!file)
		return -EBADF;
	error = timerfd_get(file, &now);
	fd_put(file);
	return error ? error : copy_to_user(ARG_USER(args, 1), &now, sizeof(now));
}
