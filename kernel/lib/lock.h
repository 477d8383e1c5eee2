/*
 * Mutual exclusion between threads of all processes of the guest: a word in the arena, a host futex where it is
 * contended. Not recursive. A holder may not block but for another lock; docs/architecture.md has the order of locks.
 * Wakes of other threads are issued after the lock is released.
 */
#ifndef KERNEL_LIB_LOCK_H
#define KERNEL_LIB_LOCK_H

#include <stdbool.h>
#include <stdint.h>

struct lock {
	uint32_t word; /* 0 free, 1 held, 2 held and waited for */
};

#define LOCK_FREE                                                                                                      \
	{                                                                                                              \
		0                                                                                                      \
	}

/* Slow paths, in lock.c: they sleep in, and wake from, the host's futex. */
void lock_wait(struct lock *lock);
void lock_wake(struct lock *lock);

static inline void lock_acquire(struct lock *lock)
{
	uint32_t free_word = 0;

	if (!__atomic_compare_exchange_n(&lock->word, &free_word, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		lock_wait(lock);
}

static inline bool lock_try(struct lock *lock)
{
	uint32_t free_word = 0;

	return __atomic_compare_exchange_n(&lock->word, &free_word, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static inline void lock_release(struct lock *lock)
{
	if (__atomic_exchange_n(&lock->word, 0, __ATOMIC_RELEASE) == 2)
		lock_wake(lock);
}

static inline bool lock_is_held(const struct lock *lock)
{
	return __atomic_load_n(&lock->word, __ATOMIC_RELAXED) != 0;
}

#endif
