/* The child of a vfork and execve: see vfork.c. */
#ifndef KERNEL_TASK_VFORK_H
#define KERNEL_TASK_VFORK_H

#include "kernel/task/exec.h"

/*
 * For a thread that has a lender: executes the prepared program in a host process of its own. Returns only if it
 * cannot: -errno, and *exec is still the caller's. That there is no host process to be had is the result of the call.
 */
long vfork_execute(const struct exec *exec);

#endif
