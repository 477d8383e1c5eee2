/*
 * futex: the operations that work on words alone go to the host, for guest threads are host threads. Rules: futex(2).
 */
#include <linux/errno.h>
#include <linux/futex.h>

#include "kernel/host/host.h"
#include "kernel/mm/user.h"
#include "kernel/syscall/table.h"
#include "kernel/syscall/timeout.h"
#include "kernel/task/futex_pi.h"
#include "kernel/task/futex_requeue.h"
#include "kernel/task/thread.h"
#include "kernel/task/time.h"
#include "kernel/vfs/wait.h"

#define WORD_BYTES sizeof(uint32_t)

static bool word_is_ok(user_t word)
{
	return user_range_ok(word, WORD_BYTES);
}

/*
 * FUTEX_WAIT takes how long, FUTEX_WAIT_BITSET until when. Only a signal for the thread ends the wait: other kicks are
 * served, and what is left of the time is waited.
 */
static long wait(const struct arguments *args, int command)
{
	bool relative = command == FUTEX_WAIT;
	uint64_t deadline_ns = WAIT_FOREVER;
	struct __kernel_timespec time;
	long result;

	if (ARG_USER(args, 3)) {
		result = timespec_get(&time, ARG_USER(args, 3));
		if (result)
			return result;
		if (relative) {
			deadline_ns = timeout_resume();
			if (!deadline_ns)
				deadline_ns = deadline_after(timespec_to_ns(&time));
			time = timespec_from_ns(timeout_left(deadline_ns));
		}
	}
	for (;;) {
		thread_idle_begin();
		result = host_futex_sleep(ARG_USER(args, 0), ARG_INT(args, 1), ARG_UINT(args, 2),
					  ARG_USER(args, 3) ? (uintptr_t)&time : 0, ARG_UINT(args, 5));
		thread_idle_end();
		if (result != -EINTR)
			return result;
		if (thread_is_interrupted(current))
			return ARG_USER(args, 3) ? timeout_restart(relative ? deadline_ns : 0) : -ERESTARTSYS;
		if (relative)
			time = timespec_from_ns(timeout_left(deadline_ns));
	}
}

/* Until when: by the real-time clock, or the monotonic one. 0 or -errno. */
static int deadline_get(const struct arguments *args, bool realtime, uint64_t *deadline_ns)
{
	struct __kernel_timespec time;
	int error;

	*deadline_ns = WAIT_FOREVER;
	if (!ARG_USER(args, 3))
		return 0;
	error = timespec_get(&time, ARG_USER(args, 3));
	if (error)
		return error;
	*deadline_ns = timespec_to_ns(&time);
	if (realtime) {
		uint64_t now_ns = host_realtime_ns();

		*deadline_ns = deadline_after(*deadline_ns > now_ns ? *deadline_ns - now_ns : 0);
	}
	return 0;
}

static long lock_with_deadline(const struct arguments *args, bool realtime, bool shared)
{
	uint64_t deadline_ns;
	int error = deadline_get(args, realtime, &deadline_ns);

	return error ? error : futex_pi_lock(ARG_USER(args, 0), shared, deadline_ns);
}

static long wait_to_be_moved(const struct arguments *args, bool shared)
{
	uint64_t deadline_ns;
	int error = deadline_get(args, ARG_INT(args, 1) & FUTEX_CLOCK_REALTIME, &deadline_ns);

	if (error)
		return error;
	if (ARG_USER(args, 4) % WORD_BYTES)
		return -EINVAL;
	return futex_requeue_wait(ARG_USER(args, 0), ARG_UINT(args, 2), ARG_USER(args, 4), shared, deadline_ns);
}

static long move(const struct arguments *args, bool shared)
{
	if (ARG_INT(args, 2) != 1 || ARG_INT(args, 3) < 0 || ARG_USER(args, 4) % WORD_BYTES)
		return -EINVAL;
	return futex_requeue(ARG_USER(args, 0), ARG_UINT(args, 5), ARG_USER(args, 4), shared, ARG_INT(args, 3));
}

static long wake(const struct arguments *args, bool shared)
{
	if (futex_requeue_is_awaited(ARG_USER(args, 0), shared))
		return -EINVAL;
	return host_futex(ARG_USER(args, 0), ARG_INT(args, 1), ARG_UINT(args, 2), ARG_ULONG(args, 3), ARG_USER(args, 4),
			  ARG_UINT(args, 5));
}

static bool has_second_word(int command)
{
	return command == FUTEX_REQUEUE || command == FUTEX_CMP_REQUEUE || command == FUTEX_WAKE_OP ||
	       command == FUTEX_CMP_REQUEUE_PI || command == FUTEX_WAIT_REQUEUE_PI;
}

static bool takes_clock(int command)
{
	return command == FUTEX_WAIT_BITSET || command == FUTEX_WAIT_REQUEUE_PI || command == FUTEX_LOCK_PI2;
}

SYSCALL(futex)
{
	int command = ARG_INT(args, 1) & FUTEX_CMD_MASK;
	bool shared = !(ARG_INT(args, 1) & FUTEX_PRIVATE_FLAG);

	if (ARG_INT(args, 1) & FUTEX_CLOCK_REALTIME && !takes_clock(command))
		return -ENOSYS;
	if (ARG_USER(args, 0) % WORD_BYTES)
		return -EINVAL;
	if (!word_is_ok(ARG_USER(args, 0)) || (has_second_word(command) && !word_is_ok(ARG_USER(args, 4))))
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
		return wake(args, shared);
	case FUTEX_WAIT_REQUEUE_PI:
		return wait_to_be_moved(args, shared);
	case FUTEX_CMP_REQUEUE_PI:
		return move(args, shared);
	case FUTEX_LOCK_PI:
		return lock_with_deadline(args, true, shared);
	case FUTEX_LOCK_PI2:
		return lock_with_deadline(args, ARG_INT(args, 1) & FUTEX_CLOCK_REALTIME, shared);
	case FUTEX_TRYLOCK_PI:
		return futex_pi_try(ARG_USER(args, 0), shared);
	case FUTEX_UNLOCK_PI:
		return futex_pi_unlock(ARG_USER(args, 0), shared);
	default:
		return -ENOSYS;
	}
}
