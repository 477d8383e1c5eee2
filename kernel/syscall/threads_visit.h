/* Threads by what getpriority(2) and ioprio_get(2) name them by. */
#ifndef KERNEL_SYSCALL_THREADS_VISIT_H
#define KERNEL_SYSCALL_THREADS_VISIT_H

#include "kernel/task/process.h"

/* As PRIO_PROCESS and so on; a thread, a process group, a user. */
enum { VISIT_THREAD, VISIT_GROUP, VISIT_USER };

/*
 * Shows each thread that is meant to `visit`: its largest answer, or -ESRCH if there is none. `who` as in
 * getpriority(2): 0 is the caller's. The tree lock of processes is not held.
 */
long threads_visit(int which, int who, long (*visit)(struct thread *thread, int value), int value);

#endif
