/* timer_create and the calls on what it makes. */
#include <linux/errno.h>

#include "kernel/signal/posix_timer.h"
#include "kernel/syscall/table.h"
#include "kernel/syscall/timeout.h"
#include "kernel/task/clock.h"
#include "kernel/task/time.h"

SYSCALL(timer_create)
{
	user_t event_address = ARG_USER(args, 1);
	struct sigevent event;
	int id;

	if (event_address && copy_from_user(&event, event_address, sizeof(event)))
		return -EFAULT;
	id = clock_timer_check(ARG_INT(args, 0));
	if (id == 0)
		id = posix_timer_new(ARG_INT(args, 0), event_address ? &event : NULL);
	if (id < 0)
		return id;
	if (!put_user_u32(ARG_USER(args, 2), (uint32_t)id))
		return 0;
	posix_timer_delete(id);
	return -EFAULT;
}

SYSCALL(timer_settime)
{
	struct __kernel_itimerspec new, old;
	int error;

	if (!ARG_USER(args, 2))
		return -EINVAL;
	if (copy_from_user(&new, ARG_USER(args, 2), sizeof(new)))
		return -EFAULT;
	if (!timespec_is_valid(&new.it_value) || !timespec_is_valid(&new.it_interval))
		return -EINVAL;
	error = posix_timer_set(ARG_INT(args, 0), ARG_UINT(args, 1), &new, &old);
	return error || !ARG_USER(args, 3) ? error : copy_to_user(ARG_USER(args, 3), &old, sizeof(old));
}

SYSCALL(timer_gettime)
{
	struct __kernel_itimerspec setting;
	int error = posix_timer_get(ARG_INT(args, 0), &setting);

	return error ? error : copy_to_user(ARG_USER(args, 1), &setting, sizeof(setting));
}

SYSCALL(timer_getoverrun)
{
	return posix_timer_overrun(ARG_INT(args, 0));
}

SYSCALL(timer_delete)
{
	return posix_timer_delete(ARG_INT(args, 0));
}
