/* The signal mask that ppoll, pselect6 and epoll_pwait wait with. */
#ifndef KERNEL_SYSCALL_WAIT_MASK_H
#define KERNEL_SYSCALL_WAIT_MASK_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/mm/user.h"

/* The mask at `mask` (0: none) becomes the thread's until wait_mask_end. -EINVAL for a wrong size, -EFAULT. */
int wait_mask_begin(user_t mask, uint64_t bytes);
/*
 * `interrupted`: a signal ended the wait. It is delivered under the mask of the wait, which then goes back as it was.
 */
void wait_mask_end(user_t mask, bool interrupted);

#endif
