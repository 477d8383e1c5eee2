/* Moving threads that wait to a lock: see futex_requeue.h. */
#include "kernel/task/futex_requeue.h"

#include <linux/errno.h>

#include "kernel/syscall/table.h"
#include "kernel/task/futex_pi.h"
#include "kernel/task/futex_waiters.h"
#include "kernel/task/process.h"
#include "kernel/vfs/wait.h"

/* How many wait to be moved, on whatever word: most programs never do, and their wakes look no further. */
static uint32_t movable_count;

struct moving {
	user_t lock;
	struct futex_key target;
	struct futex_bucket *buckets[2]; /* of the word, of the lock */
};

/* With the bucket's lock: 0, or why not to sleep. */
static int value_check(user_t word, uint32_t value)
{
	uint32_t now;

	if (get_user_u32(&now, word))
		return -EFAULT;
	return now == value ? 0 : -EAGAIN;
}

int futex_requeue_wait(user_t word, uint32_t value, user_t lock, bool shared, uint64_t deadline_ns)
{
	struct futex_waiter waiter = {
		.thread = current,
		.key = futex_key_of(word, shared),
		.target = futex_key_of(lock, shared),
		.moves = true,
	};
	struct futex_bucket *bucket;
	int error;

	if (futex_key_equals(&waiter.key, &waiter.target))
		return -EINVAL;
	__atomic_fetch_add(&movable_count, 1, __ATOMIC_SEQ_CST);
	bucket = futex_bucket_lock(&waiter.key);
	error = value_check(word, value);
	if (!error)
		futex_waiter_append(bucket, &waiter);
	lock_release(&bucket->lock);
	if (!error)
		error = futex_waiter_sleep(&waiter, deadline_ns);
	__atomic_fetch_sub(&movable_count, 1, __ATOMIC_RELAXED);
	if (error != -EINTR)
		return error;
	/* As Linux: the word was changed before the thread was moved, and to wait again would tell only that. */
	return waiter.moves ? -ERESTARTNOINTR : -EAGAIN;
}

/* One who waits gets the lock, or waits for it from now on. */
static int waiter_move(struct moving *moving, struct futex_waiter *waiter)
{
	int result;

	if (!waiter->moves || !futex_key_equals(&waiter->target, &moving->target))
		return -EINVAL;
	result = futex_pi_take(moving->buckets[1], &moving->target, moving->lock, waiter->thread->tid, true);
	if (result < 0)
		return result;
	waiter->moves = false;
	if (result == 0) {
		thread_wake(futex_waiter_release(waiter));
		return 0;
	}
	list_remove(&waiter->list);
	waiter->key = moving->target;
	futex_waiter_append(moving->buckets[1], waiter);
	return 0;
}

static int all_move(struct moving *moving, const struct futex_key *key, int move_max)
{
	struct futex_waiter *waiter;
	int count = 0;

	while (count <= move_max && (waiter = futex_waiter_first(moving->buckets[0], key))) {
		int error = waiter_move(moving, waiter);

		if (error)
			return error;
		count++;
	}
	return count;
}

int futex_requeue(user_t word, uint32_t value, user_t lock, bool shared, int move_max)
{
	struct moving moving = {.lock = lock, .target = futex_key_of(lock, shared)};
	struct futex_key key = futex_key_of(word, shared);
	uint32_t owner;
	int result;

	if (futex_key_equals(&key, &moving.target))
		return -EINVAL;
	futex_buckets_lock(&key, &moving.target, moving.buckets);
	result = value_check(word, value);
	if (!result && get_user_u32(&owner, lock))
		result = -EFAULT;
	if (!result)
		result = all_move(&moving, &key, move_max);
	futex_buckets_unlock(moving.buckets);
	return result;
}

bool futex_requeue_is_awaited(user_t word, bool shared)
{
	const struct futex_waiter *first;
	struct futex_bucket *bucket;
	struct futex_key key;
	bool awaited;

	if (!__atomic_load_n(&movable_count, __ATOMIC_SEQ_CST))
		return false;
	key = futex_key_of(word, shared);
	bucket = futex_bucket_lock(&key);
	first = futex_waiter_first(bucket, &key);
	awaited = first && first->moves;
	lock_release(&bucket->lock);
	return awaited;
}
