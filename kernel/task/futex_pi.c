/* Futexes that inherit priorities: see futex_pi.h. */
#include "kernel/task/futex_pi.h"

#include <linux/errno.h>
#include <linux/futex.h>

#include "kernel/lib/hash.h"
#include "kernel/lib/list.h"
#include "kernel/mm/mm.h"
#include "kernel/syscall/table.h"
#include "kernel/task/pid.h"
#include "kernel/vfs/wait.h"

#define BUCKETS 64

/* Which word it is, whatever address a process has it at. */
struct key {
	const void *object;
	uint64_t offset;
};

struct waiter {
	struct list list;
	struct thread *thread;
	struct key key;
	bool owns; /* the lock was handed over */
};

static struct bucket {
	struct lock lock;
	struct list waiters; /* NULL until the first use */
} buckets[BUCKETS];

static struct key key_of(user_t word, bool shared)
{
	struct key key = {.object = process_current()->space, .offset = word};

	if (shared)
		mm_shared_place(word, &key.object, &key.offset);
	return key;
}

static struct bucket *bucket_lock(const struct key *key)
{
	uint64_t hash = hash_word((uint64_t)(uintptr_t)key->object ^ key->offset << 1);
	struct bucket *bucket = &buckets[hash % BUCKETS];

	lock_acquire(&bucket->lock);
	if (!bucket->waiters.next)
		list_init(&bucket->waiters);
	return bucket;
}

static struct waiter *waiter_behind(const struct bucket *bucket, struct list *at, const struct key *key)
{
	for (at = at->next; at != &bucket->waiters; at = at->next) {
		struct waiter *waiter = list_entry(at, struct waiter, list);

		if (waiter->key.object == key->object && waiter->key.offset == key->offset)
			return waiter;
	}
	return NULL;
}

static struct waiter *first_waiter(struct bucket *bucket, const struct key *key)
{
	return waiter_behind(bucket, &bucket->waiters, key);
}

static bool thread_exists(uint32_t tid)
{
	struct process *process;

	if (!thread_find((int)tid, &process))
		return false;
	process_put(process);
	return true;
}

/* Takes the lock, or marks it as waited for: 0, 1 (somebody has it), -errno. The bucket is locked. */
static int take_or_mark(struct bucket *bucket, const struct key *key, user_t word, bool mark)
{
	uint32_t value;

	for (;;) {
		uint32_t owner, wanted, old;

		if (get_user_u32(&value, word))
			return -EFAULT;
		owner = value & FUTEX_TID_MASK;
		if (owner == (uint32_t)current->tid)
			return -EDEADLK;
		if (owner && !thread_exists(owner))
			return -ESRCH;
		wanted = value | FUTEX_WAITERS;
		if (!owner)
			wanted = (uint32_t)current->tid | (value & FUTEX_OWNER_DIED) |
				 (first_waiter(bucket, key) ? FUTEX_WAITERS : 0);
		else if (!mark)
			return 1;
		if (user_compare_exchange_u32(word, value, wanted, &old))
			return -EFAULT;
		if (old == value)
			return owner ? 1 : 0;
	}
}

static int sleep(struct bucket *bucket, struct waiter *waiter, uint64_t deadline_ns)
{
	int error = 0;

	while (!__atomic_load_n(&waiter->owns, __ATOMIC_ACQUIRE) && !error) {
		thread_sleep_prepare();
		if (!__atomic_load_n(&waiter->owns, __ATOMIC_ACQUIRE))
			error = thread_sleep(deadline_ns);
	}
	lock_acquire(&bucket->lock);
	list_remove(&waiter->list);
	lock_release(&bucket->lock);
	if (waiter->owns)
		return 0;
	return error == -EINTR ? -ERESTARTNOINTR : error;
}

int futex_pi_lock(user_t word, bool shared, uint64_t deadline_ns)
{
	struct waiter waiter = {.thread = current, .key = key_of(word, shared)};
	struct bucket *bucket = bucket_lock(&waiter.key);
	int result = take_or_mark(bucket, &waiter.key, word, true);

	if (result == 1)
		list_append(&bucket->waiters, &waiter.list);
	lock_release(&bucket->lock);
	return result == 1 ? sleep(bucket, &waiter, deadline_ns) : result;
}

int futex_pi_try(user_t word, bool shared)
{
	struct key key = key_of(word, shared);
	struct bucket *bucket = bucket_lock(&key);
	int result = take_or_mark(bucket, &key, word, false);

	lock_release(&bucket->lock);
	return result == 1 ? -EAGAIN : result;
}

/* Gives it to the first who waits, or to nobody. `died` is put beside. */
static int hand_over(user_t word, bool shared, uint32_t died)
{
	struct key key = key_of(word, shared);
	struct bucket *bucket = bucket_lock(&key);
	struct waiter *next = first_waiter(bucket, &key);
	struct thread *woken = NULL;
	uint32_t value, old, wanted;
	int error = 0;

	do {
		error = get_user_u32(&value, word);
		if (!error && (value & FUTEX_TID_MASK) != (uint32_t)current->tid)
			error = -EPERM;
		wanted = died;
		if (next)
			wanted |= (uint32_t)next->thread->tid |
				  (waiter_behind(bucket, &next->list, &key) ? FUTEX_WAITERS : 0);
		if (!error)
			error = user_compare_exchange_u32(word, value, wanted, &old);
	} while (!error && old != value);
	if (!error && next) {
		list_remove(&next->list);
		woken = next->thread;
		__atomic_store_n(&next->owns, true, __ATOMIC_RELEASE);
	}
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
