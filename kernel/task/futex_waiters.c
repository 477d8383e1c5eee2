/* Who waits for futexes: see futex_waiters.h. */
#include "kernel/task/futex_waiters.h"

#include <linux/errno.h>

#include "kernel/lib/hash.h"
#include "kernel/mm/mm.h"
#include "kernel/task/process.h"
#include "kernel/vfs/wait.h"

#define BUCKETS 64

static struct futex_bucket buckets[BUCKETS];

struct futex_key futex_key_of(user_t word, bool shared)
{
	struct futex_key key = {.object = process_current()->space, .offset = word};

	if (shared)
		mm_shared_place(word, &key.object, &key.offset);
	return key;
}

static struct futex_bucket *bucket_of(const struct futex_key *key)
{
	return &buckets[hash_word((uint64_t)(uintptr_t)key->object ^ key->offset << 1) % BUCKETS];
}

static void bucket_lock(struct futex_bucket *bucket)
{
	lock_acquire(&bucket->lock);
	if (!bucket->waiters.next)
		list_init(&bucket->waiters);
}

struct futex_bucket *futex_bucket_lock(const struct futex_key *key)
{
	struct futex_bucket *bucket = bucket_of(key);

	bucket_lock(bucket);
	return bucket;
}

void futex_buckets_lock(const struct futex_key *first, const struct futex_key *second, struct futex_bucket *out[2])
{
	out[0] = bucket_of(first);
	out[1] = bucket_of(second);
	bucket_lock(out[0] < out[1] ? out[0] : out[1]);
	if (out[0] != out[1])
		bucket_lock(out[0] < out[1] ? out[1] : out[0]);
}

void futex_buckets_unlock(struct futex_bucket *const locked[2])
{
	lock_release(&locked[0]->lock);
	if (locked[0] != locked[1])
		lock_release(&locked[1]->lock);
}

struct futex_waiter *futex_waiter_first(const struct futex_bucket *bucket, const struct futex_key *key)
{
	list_for_each(at, &bucket->waiters)
	{
		struct futex_waiter *waiter = list_entry(at, struct futex_waiter, list);

		if (futex_key_equals(&waiter->key, key))
			return waiter;
	}
	return NULL;
}

void futex_waiter_append(struct futex_bucket *bucket, struct futex_waiter *waiter)
{
	__atomic_store_n(&waiter->bucket, bucket, __ATOMIC_RELAXED);
	list_append(&bucket->waiters, &waiter->list);
}

struct thread *futex_waiter_release(struct futex_waiter *waiter)
{
	struct thread *thread = waiter->thread;

	list_remove(&waiter->list);
	__atomic_store_n(&waiter->owns, true, __ATOMIC_RELEASE);
	return thread;
}

static bool owns(const struct futex_waiter *waiter)
{
	return __atomic_load_n(&waiter->owns, __ATOMIC_ACQUIRE);
}

/* The bucket that it is in: it may be moved until the lock is there. */
static struct futex_bucket *bucket_lock_of(const struct futex_waiter *waiter)
{
	for (;;) {
		struct futex_bucket *bucket = __atomic_load_n(&waiter->bucket, __ATOMIC_RELAXED);

		lock_acquire(&bucket->lock);
		if (bucket == __atomic_load_n(&waiter->bucket, __ATOMIC_RELAXED))
			return bucket;
		lock_release(&bucket->lock);
	}
}

int futex_waiter_sleep(struct futex_waiter *waiter, uint64_t deadline_ns)
{
	struct futex_bucket *bucket;
	int error = 0;

	while (!owns(waiter) && !error) {
		thread_sleep_prepare();
		if (!owns(waiter))
			error = thread_sleep(deadline_ns);
	}
	bucket = bucket_lock_of(waiter);
	if (owns(waiter))
		error = 0;
	else
		list_remove(&waiter->list);
	lock_release(&bucket->lock);
	return error;
}
