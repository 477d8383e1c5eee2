/*
 * Who waits for futexes that inherit priorities, and for those from which waiters are moved to such: inside
 * task/futex_*.c
 */
#ifndef KERNEL_TASK_FUTEX_WAITERS_H
#define KERNEL_TASK_FUTEX_WAITERS_H

#include "kernel/lib/list.h"
#include "kernel/lib/lock.h"
#include "kernel/mm/user.h"

struct thread;

/* Which word it is, whatever address a process has it at. */
struct futex_key {
	const void *object;
	uint64_t offset;
};

struct futex_bucket {
	struct lock lock;
	struct list waiters; /* of all words of the bucket, first come first; NULL until the first use */
};

/* On the stack of the thread that waits. Its bucket's lock guards it. */
struct futex_waiter {
	struct list list;
	struct thread *thread;
	struct futex_bucket *bucket; /* where it is; changed with the locks of the old one and the new one held */
	struct futex_key key;
	struct futex_key target; /* of one that waits to be moved (task/futex_requeue.h): where to */
	bool moves;              /* it is such a one, and was not moved yet */
	bool owns;               /* the lock was handed over: it may go, and is in no list */
};

struct futex_key futex_key_of(user_t word, bool shared);

static inline bool futex_key_equals(const struct futex_key *left, const struct futex_key *right)
{
	return left->object == right->object && left->offset == right->offset;
}

struct futex_bucket *futex_bucket_lock(const struct futex_key *key);
/* Two, which may be one. */
void futex_buckets_lock(const struct futex_key *first, const struct futex_key *second, struct futex_bucket *out[2]);
void futex_buckets_unlock(struct futex_bucket *const locked[2]);

/* The first of a word; NULL: none. The bucket is locked. */
struct futex_waiter *futex_waiter_first(const struct futex_bucket *bucket, const struct futex_key *key);
/* Puts it last. The bucket, of its key, is locked. */
void futex_waiter_append(struct futex_bucket *bucket, struct futex_waiter *waiter);
/* Hands over: takes it out and lets it go; who to wake when the bucket's lock is released. The bucket is locked. */
struct thread *futex_waiter_release(struct futex_waiter *waiter);
/* Sleeps until the lock is handed over, and is then in no bucket: 0, -ETIMEDOUT, -EINTR. */
int futex_waiter_sleep(struct futex_waiter *waiter, uint64_t deadline_ns);

#endif
