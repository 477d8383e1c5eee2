/* What becomes of a process whose last thread has left. */
#ifndef KERNEL_TASK_FINISH_H
#define KERNEL_TASK_FINISH_H

#include "kernel/task/process.h"

/*
 * Gives up all it has, hands its children on and tells its parent. The calling thread was its last one and keeps it
 * until process_part. The end of the guest's first process is the end of the guest.
 */
void process_finish(struct process *process);
/* The thread's and its own last references. What follows may not use either. */
void process_part(struct process *process, struct thread *thread);

#endif
