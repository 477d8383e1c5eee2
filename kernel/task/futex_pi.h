/* Futexes that inherit priorities: the lock protocol of futex(2), "Priority-inheritance futexes". */
#ifndef KERNEL_TASK_FUTEX_PI_H
#define KERNEL_TASK_FUTEX_PI_H

#include <stdbool.h>

#include "kernel/mm/user.h"

/*
 * The host schedules all threads alike, so nothing is inherited; what remains is that the kernel hands the lock over.
 * `shared`: other processes may use the word, too. 0; -EDEADLK, -ESRCH, -EFAULT, -EINVAL, -ETIMEDOUT,
 * -ERESTARTNOINTR.
 */
int futex_pi_lock(user_t word, bool shared, uint64_t deadline_ns);
/* -EAGAIN: somebody has it. */
int futex_pi_try(user_t word, bool shared);
/* -EPERM: the calling thread does not have it. */
int futex_pi_unlock(user_t word, bool shared);
/* The calling thread ends and leaves a robust lock behind: the next one gets it, marked. */
void futex_pi_abandon(user_t word);

/* --- inside task/futex_*.c: the bucket of the word is locked ------------------------------------------------------ */

struct futex_bucket;
struct futex_key;

/*
 * Takes the lock for a thread, or marks it as waited for: 0, 1 (somebody has it), -EDEADLK, -ESRCH, -EFAULT, -EINVAL
 * (it is no lock: threads wait there to be moved to one).
 */
int futex_pi_take(struct futex_bucket *bucket, const struct futex_key *key, user_t word, int tid, bool mark);

#endif
