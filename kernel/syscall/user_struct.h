/* Structures that grow from one Linux version to the next: the application says how much of one it passes. */
#ifndef KERNEL_SYSCALL_USER_STRUCT_H
#define KERNEL_SYSCALL_USER_STRUCT_H

#include "kernel/mm/user.h"

/*
 * Copies `size` bytes of application memory into `out`, zeroing what is missing: -EINVAL if size is below `least`,
 * -E2BIG
 * beyond a page or if what we do not know of is not zero, -EFAULT.
 */
int user_struct_copy(void *out, size_t known, size_t least, user_t from, uint64_t size);

#endif
