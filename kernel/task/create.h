/* Making processes and threads. */
#ifndef KERNEL_TASK_CREATE_H
#define KERNEL_TASK_CREATE_H

#include "kernel/task/process.h"

#define KERNEL_STACK_BYTES (32u << 10)

/* A process without threads, memory, files or directory, its fields zero but ids, limits and credentials of the
 * container's user. NULL: no memory. */
struct process *process_new(void);
/* A thread of the process with a kernel stack. NULL: no memory. */
struct thread *thread_new(struct process *process);

#endif
