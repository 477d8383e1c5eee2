/* Timeouts of calls that wait: from application memory to deadlines, and what is left of them back. */
#ifndef KERNEL_SYSCALL_TIMEOUT_H
#define KERNEL_SYSCALL_TIMEOUT_H

#include <linux/time_types.h>
#include <stdint.h>

#include "kernel/mm/user.h"

/* A struct timespec: -EFAULT, or -EINVAL if it is no time. */
int timespec_get(struct __kernel_timespec *out, user_t from);
int timespec_put(user_t to, uint64_t ns);

/* The deadline of a relative timeout: WAIT_FOREVER for a null pointer, 0 for "only look". */
int timeout_get(user_t from, uint64_t *deadline_ns);
/* The same for struct timeval, whose microseconds may be more than a second's. */
int timeout_get_timeval(user_t from, uint64_t *deadline_ns);
/* In milliseconds; negative: for ever. */
uint64_t timeout_from_ms(int milliseconds);

/* What is left until a deadline, nanoseconds; 0: nothing. */
uint64_t timeout_left(uint64_t deadline_ns);

/*
 * A call with a relative timeout that a signal interrupts: it fails if there is a handler, else it goes on until the
 * deadline that it had. timeout_restart has that noted and returns the call's result, timeout_resume tells of it when
 * the call is served again; 0: it is not.
 */
long timeout_restart(uint64_t deadline_ns);
uint64_t timeout_resume(void);

/*
 * The end of a call that tells what is left of its timeout: `result`, or what becomes of it where the call cannot be
 * restarted
 * because the timeout cannot be written.
 */
long timeout_put(user_t to, uint64_t deadline_ns, long result);
long timeout_put_timeval(user_t to, uint64_t deadline_ns, long result);

#endif
