/* Contended locks: a short spin, then the host's futex. */
#include "kernel/lib/lock.h"

#include "arch_relax.h"
#include "kernel/host/host.h"

/*
 * Locks are held for well under a microsecond, a sleep and a wake cost five: it pays to wait that long for a holder on
 * another CPU. A pause takes about 28 ns. Where the holder is not running the spin is wasted, hence short.
 */
#define LOCK_SPINS 64

void lock_wait(struct lock *lock)
{
	for (unsigned spin = 0; spin < LOCK_SPINS; spin++) {
		if (!lock_is_held(lock) && lock_try(lock))
			return;
		arch_relax();
	}
	/* Whoever slept leaves 2 behind: it cannot know whether others still sleep. */
	while (__atomic_exchange_n(&lock->word, 2, __ATOMIC_ACQUIRE) != 0)
		host_futex_wait_uninterruptible(&lock->word, 2);
}

void lock_wake(struct lock *lock)
{
	host_futex_wake(&lock->word, 1);
}
