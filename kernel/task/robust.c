/* Robust futexes of a thread that ends: see robust.h. All of the list is the application's, and may be nonsense. */
#include "kernel/task/robust.h"

#include <linux/futex.h>

#include "kernel/host/host.h"
#include "kernel/mm/user.h"
#include "kernel/task/futex_pi.h"

#define WORD_BYTES sizeof(uint32_t)

/*
 * As Linux: marks a lock of ours as left behind by its owner, and wakes one waiter. Of the pending one we may have
 * unlocked the word already and not have come to wake anybody.
 */
static void lock_release_dead(user_t word, bool inherits, bool pending, const struct thread *thread)
{
	uint32_t value;
	uint32_t old;

	if (word % WORD_BYTES || get_user_u32(&value, word))
		return;
	if (inherits && (value & FUTEX_TID_MASK) == (uint32_t)thread->tid) {
		futex_pi_abandon(word);
		return;
	}
	if (pending && !inherits && !(value & FUTEX_TID_MASK))
		host_futex(word, FUTEX_WAKE, 1, 0, 0, 0);
	while ((value & FUTEX_TID_MASK) == (uint32_t)thread->tid) {
		if (user_compare_exchange_u32(word, value, (value & FUTEX_WAITERS) | FUTEX_OWNER_DIED, &old))
			return;
		if (old == value) {
			if (value & FUTEX_WAITERS)
				host_futex(word, FUTEX_WAKE, 1, 0, 0, 0);
			return;
		}
		value = old;
	}
}

/* Bit 0 of an entry says that the lock inherits priorities. */
static user_t entry_next(user_t entry)
{
	uint64_t next;

	return get_user_u64(&next, entry & ~1ull) ? 0 : next;
}

void robust_list_release(struct thread *thread)
{
	struct robust_list_head head;
	user_t list = thread->robust_list;
	user_t entry;
	user_t pending;

	thread->robust_list = 0;
	if (!list || copy_from_user(&head, list, sizeof(head)))
		return;
	pending = (user_t)(uintptr_t)head.list_op_pending;
	entry = (user_t)(uintptr_t)head.list.next;
	for (unsigned i = 0; i < ROBUST_LIST_LIMIT && entry && (entry & ~1ull) != list; i++) {
		user_t next = entry_next(entry);

		if ((entry ^ pending) & ~1ull)
			lock_release_dead((entry & ~1ull) + (uint64_t)head.futex_offset, entry & 1, false, thread);
		entry = next;
	}
	if (pending)
		lock_release_dead((pending & ~1ull) + (uint64_t)head.futex_offset, pending & 1, true, thread);
}
