/* epoll_create, epoll_ctl, epoll_wait and their variants. */
#include "kernel/fs/epoll.h"

#include <linux/errno.h>
#include <linux/limits.h>

#include "kernel/syscall/table.h"
#include "kernel/syscall/timeout.h"
#include "kernel/syscall/wait_mask.h"
#include "kernel/vfs/file.h"

#define EVENTS_MAX (INT32_MAX / (int)sizeof(struct epoll_event))

static long create(bool close_on_exec)
{
	struct file *file;
	long fd = epoll_new(0, &file);

	if (fd)
		return fd;
	fd = fd_install(file, 0, close_on_exec);
	if (fd < 0)
		file_put(file);
	return fd;
}

SYSCALL(epoll_create)
{
	return ARG_INT(args, 0) <= 0 ? -EINVAL : create(false);
}

SYSCALL(epoll_create1)
{
	return ARG_INT(args, 0) & ~EPOLL_CLOEXEC ? -EINVAL : create(ARG_INT(args, 0) & EPOLL_CLOEXEC);
}

SYSCALL(epoll_ctl)
{
	int operation = ARG_INT(args, 1), fd = ARG_INT(args, 2);
	struct epoll_event event = {0};
	struct file *file, *target;
	long result = -EBADF;

	if (operation != EPOLL_CTL_DEL && copy_from_user(&event, ARG_USER(args, 3), sizeof(event)))
		return -EFAULT;
	file = fd_get(ARG_INT(args, 0));
	if (!file)
		return -EBADF;
	target = fd_get(fd);
	if (target) {
		result = epoll_control(file, operation, target, fd, &event);
		fd_put(target);
	}
	fd_put(file);
	return result;
}

static long wait_for_events(const struct arguments *args, uint64_t deadline_ns)
{
	user_t events = ARG_USER(args, 1);
	int count = ARG_INT(args, 2);
	struct file *file;
	long result = -EINVAL;

	if (count <= 0 || count > EVENTS_MAX)
		return -EINVAL;
	if (!user_range_is_possible(events, (uint64_t)count * sizeof(struct epoll_event)))
		return -EFAULT;
	file = fd_get(ARG_INT(args, 0));
	if (!file)
		return -EBADF;
	if (file_is_epoll(file))
		result = epoll_file_wait(file, events, count, deadline_ns);
	fd_put(file);
	return result;
}

static long wait_with_mask(const struct arguments *args, uint64_t deadline_ns)
{
	user_t mask = ARG_USER(args, 4);
	long result = wait_mask_begin(mask, ARG_ULONG(args, 5));

	if (result)
		return result;
	result = wait_for_events(args, deadline_ns);
	wait_mask_end(mask, result == -EINTR);
	return result;
}

SYSCALL(epoll_wait)
{
	return wait_for_events(args, timeout_from_ms(ARG_INT(args, 3)));
}

SYSCALL(epoll_pwait)
{
	return wait_with_mask(args, timeout_from_ms(ARG_INT(args, 3)));
}

SYSCALL(epoll_pwait2)
{
	uint64_t deadline_ns;
	int error = timeout_get(ARG_USER(args, 3), &deadline_ns);

	return error ? error : wait_with_mask(args, deadline_ns);
}
