/*
 * futex: the operations that work on words alone go to the host, for guest threads are host threads. Rules: futex(2).
 */
#include <linux/errno.h>
#include <linux/futex.h>

#include "kernel/host/host.h"
#include "kernel/mm/user.h"
#include "kernel/syscall/table.h"
#include "kernel/task/time.h"

#define WORD_BYTES sizeof(uint32_t)

static bool word_is_ok(user_t word)
{
	return user_range_ok(word, WORD_BYTES);
}

static long wait(const struct arguments *args, int command)
{
	user_t timeout = ARG_USER(args, 3);
	struct __kernel_timespec time;
	long result;

	if (timeout) {
		/* The copy is for the check alone; the host reads its own, which can only hurt who changed it. */
		if (copy_from_user(&time, timeout, sizeof(time)) < 0)
			return -EFAULT;
		if (!timespec_is_valid(&time))
			return -EINVAL;
	}
	result = host_futex_sleep(ARG_USER(args, 0), ARG_INT(args, 1), ARG_UINT(args, 2), timeout, ARG_UINT(args, 5));
	if (result == -EINTR)
		return timeout && command == FUTEX_WAIT ? -ERESTARTNOHAND : -ERESTARTSYS;
	return result;
}

SYSCALL(futex)
{
	int command = ARG_INT(args, 1) & FUTEX_CMD_MASK;
	bool second_word = command == FUTEX_REQUEUE || command == FUTEX_CMP_REQUEUE || command == FUTEX_WAKE_OP;

	if (ARG_USER(args, 0) % WORD_BYTES)
		return -EINVAL;
	if (!word_is_ok(ARG_USER(args, 0)) || (second_word && !word_is_ok(ARG_USER(args, 4))))
		return -EFAULT;
	switch (command) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
		return wait(args, command);
	case FUTEX_WAKE:
	case FUTEX_WAKE_BITSET:
	case FUTEX_REQUEUE:
	case FUTEX_CMP_REQUEUE:
	case FUTEX_WAKE_OP:
		return host_futex(ARG_USER(args, 0), ARG_INT(args, 1), ARG_UINT(args, 2), ARG_ULONG(args, 3),
				  ARG_USER(args, 4), ARG_UINT(args, 5));
	default:
		return -ENOSYS;
	}
}
