/*
 * FUTEX_WAIT_REQUEUE_PI and FUTEX_CMP_REQUEUE_PI: waiting on a word (a condition variable's) to be moved to a lock that
 * inherits priorities. Rules: futex(2).
 */
#ifndef KERNEL_TASK_FUTEX_REQUEUE_H
#define KERNEL_TASK_FUTEX_REQUEUE_H

#include <stdbool.h>

#include "kernel/mm/user.h"

/*
 * Waits while `word` is `value`, until somebody moves the thread to `lock` and it has that. 0; -EINVAL, -EFAULT;
 * -EAGAIN: the word is not `value`, or a signal came when the thread was moved already; -ETIMEDOUT; -ERESTARTNOINTR.
 */
int futex_requeue_wait(user_t word, uint32_t value, user_t lock, bool shared, uint64_t deadline_ns);
/*
 * If `word` is `value`: one who waits gets the lock if it is free; that one, and `move_max` others, are moved to it
 * else. How many; -EAGAIN, -EINVAL, -EFAULT, -EDEADLK, -ESRCH.
 */
int futex_requeue(user_t word, uint32_t value, user_t lock, bool shared, int move_max);
/* Whether somebody waits there to be moved, and so must not be woken otherwise. */
bool futex_requeue_is_awaited(user_t word, bool shared);

#endif
