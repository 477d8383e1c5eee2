/* Process and thread ids of the guest, and who has them. The tree lock here guards parents, children and ids. */
#ifndef KERNEL_TASK_PID_H
#define KERNEL_TASK_PID_H

#include "kernel/task/process.h"

#define PID_MAX 4194304

/* With a reference, or NULL. */
struct process *process_find(int pid);
/* The same, by the id of any of its threads. */
struct process *process_find_by_thread(int tid);
/* The process with the lowest id >= pid, with a reference, or NULL. */
struct process *process_next(int pid);
/* The thread of any process with that id; its process with a reference in *process, or NULL. It may end any time: its
 * memory stays a thread's, but not necessarily that one's. */
struct thread *thread_find(int tid, struct process **process);
void process_get(struct process *process);
/* NULL is allowed. */
void process_put(struct process *process);

/* A fresh id for a process or thread. */
int pid_new(void);
/* Makes the process findable; the caller filled in pid and parent. The tree is locked. */
void process_register(struct process *process);
void process_unregister(struct process *process);

void process_tree_lock(void);
void process_tree_unlock(void);

#endif
