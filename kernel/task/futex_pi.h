/* Futexes that inherit priorities: the lock protocol of futex(2), "Priority-inheritance futexes". */
#ifndef KERNEL_TASK_FUTEX_PI_H
#define KERNEL_TASK_FUTEX_PI_H

#include <stdbool.h>

#include "kernel/mm/user.h"

/*
 * The host schedules all threads alike, so nothing is inherited; what remains is that the kernel hands the lock over.
 * `shared`: other processes may use the word, too. 0; -EDEADLK, -ESRCH, -EFAULT, -ETIMEDOUT, -ERESTARTNOINTR.
 */
int futex_pi_lock(user_t word, bool shared, uint64_t deadline_ns);
/* -EAGAIN: somebody has it. */
int futex_pi_try(user_t word, bool shared);
/* -EPERM: the calling thread does not have it. */
int futex_pi_unlock(user_t word, bool shared);
/* The calling thread ends and leaves a robust lock behind: the next one gets it, marked. */
void futex_pi_abandon(user_t word);

#endif
