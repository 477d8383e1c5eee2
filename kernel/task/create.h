/* Making processes and threads: their structures. task/clone.h brings them to life. */
#ifndef KERNEL_TASK_CREATE_H
#define KERNEL_TASK_CREATE_H

#include "frame.h"
#include "kernel/task/process.h"

#define KERNEL_STACK_BYTES (32u << 10)

/* A process without threads, memory, files or directory, its fields zero but ids, limits and credentials of the
 * container's user. NULL: no memory. */
struct process *process_new(void);

/* A thread with its stacks and one reference, its fields zero; in no list yet. NULL: no memory. */
struct thread *thread_new(struct process *process);
void thread_get(struct thread *thread);
/* NULL is allowed. With the last reference the memory waits for the host thread's end and the next thread_new. */
void thread_put(struct thread *thread);
/* The thread that keeps the process's host process: the first of the two. */
void thread_lead(struct thread *thread);

/* Into and out of process->threads. Tree lock and process->signal_lock are held. */
void thread_link(struct thread *thread);
void thread_unlink(struct thread *thread);

/* The host thread that runs the thread: from now on it can be kicked, and is at once if it should have been. */
void thread_publish(struct thread *thread, int host_pid, int host_tid);
/*
 * Whoever made the calling thread's host process publishes its id, perhaps a moment after the thread began. For who
 * needs it now: the host process of the calling thread.
 */
int thread_host_await(void);
/* Its id there, which the host itself tells: after thread_host_await. */
int thread_host_tid(void);

/* Where the application's registers are while the thread is in the kernel by a system call. */
static inline struct frame *thread_frame(const struct thread *thread)
{
	return (struct frame *)(uintptr_t)(thread->kernel_stack - sizeof(struct frame));
}

#endif
