/* Robust futexes: get_robust_list(2). */
#ifndef KERNEL_TASK_ROBUST_H
#define KERNEL_TASK_ROBUST_H

#include "kernel/task/thread.h"

/* The calling thread is about to end, or its memory to be replaced: the locks it holds are marked and waiters woken. */
void robust_list_release(struct thread *thread);

#endif
