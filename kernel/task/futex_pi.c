/* Futexes that inherit priorities: see futex_pi.h. */
#include "kernel/task/futex_pi.h"

#include <linux/errno.h>
#include <linux/futex.h>

#include "kernel/syscall/table.h"
#include "kernel/task/futex_waiters.h"
#include "kernel/task/pid.h"
#include "kernel/vfs/wait.h"

static bool thread_exists(uint32_t tid)
{
	struct process *process;

	if (!thread_find((int)tid, &process))
		return false;
	process_put(process);
	return true;
}

int futex_pi_take(struct futex_bucket *bucket, const struct futex_key *key, user_t word, int tid, bool mark)
{
	const struct futex_waiter *first = futex_waiter_first(bucket, key);
	uint32_t value;

	for (;;) {
		uint32_t owner, wanted, old;

		if (get_user_u32(&value, word))
			return -EFAULT;
		owner = value & FUTEX_TID_MASK;
		if (owner == (uint32_t)tid)
			return -EDEADLK;
		if (first && first->moves)
			return -EINVAL;
		if (owner && !thread_exists(owner))
			return -ESRCH;
		wanted = value | FUTEX_WAITERS;
		if (!owner)
			wanted = (uint32_t)tid | (value & FUTEX_OWNER_DIED) | (first ? FUTEX_WAITERS : 0);
		else if (!mark)
			return 1;
		if (user_compare_exchange_u32(word, value, wanted, &old))
			return -EFAULT;
		if (old == value)
			return owner ? 1 : 0;
	}
}

int futex_pi_lock(user_t word, bool shared, uint64_t deadline_ns)
{
	struct futex_waiter waiter = {.thread = current, .key = futex_key_of(word, shared)};
	struct futex_bucket *bucket = futex_bucket_lock(&waiter.key);
	int result = futex_pi_take(bucket, &waiter.key, word, current->tid, true);

	if (result == 1)
		futex_waiter_append(bucket, &waiter);
	lock_release(&bucket->lock);
	if (result == 1)
		result = futex_waiter_sleep(&waiter, deadline_ns);
	return result == -EINTR ? -ERESTARTNOINTR : result;
}

int futex_pi_try(user_t word, bool shared)
{
	struct futex_key key = futex_key_of(word, shared);
	struct futex_bucket *bucket = futex_bucket_lock(&key);
	int result = futex_pi_take(bucket, &key, word, current->tid, false);

	lock_release(&bucket->lock);
	return result == 1 ? -EAGAIN : result;
}

/* Gives it to the first who waits, or to nobody. `died` is put beside. */
static int hand_over(user_t word, bool shared, uint32_t died)
{
	struct futex_key key = futex_key_of(word, shared);
	struct futex_bucket *bucket = futex_bucket_lock(&key);
	struct futex_waiter *next = futex_waiter_first(bucket, &key);
	struct thread *woken = NULL;
	uint32_t value, old, wanted;
	int error = 0;

	do {
		error = get_user_u32(&value, word);
		if (!error && (value & FUTEX_TID_MASK) != (uint32_t)current->tid)
			error = -EPERM;
		if (!error && next && next->moves)
			error = -EINVAL;
		wanted = died;
		/* As Linux has it, whether more wait or not. */
		if (next)
			wanted |= (uint32_t)next->thread->tid | FUTEX_WAITERS;
		if (!error)
			error = user_compare_exchange_u32(word, value, wanted, &old);
	} while (!error && old != value);
	if (!error && next)
		woken = futex_waiter_release(next);
	lock_release(&bucket->lock);
	if (woken)
		thread_wake(woken);
	return error;
}

int futex_pi_unlock(user_t word, bool shared)
{
	return hand_over(word, shared, 0);
}

void futex_pi_abandon(user_t word)
{
	(void)hand_over(word, true, FUTEX_OWNER_DIED);
	(void)hand_over(word, false, FUTEX_OWNER_DIED);
}
