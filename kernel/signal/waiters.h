/* Who waits for a process's signals with a file: signalfd(2). */
#ifndef KERNEL_SIGNAL_WAITERS_H
#define KERNEL_SIGNAL_WAITERS_H

struct process;
struct wait_queue;

/*
 * The calling process's queue, made at the first call; NULL: no memory. An entry may stay in it when the process ends,
 * for an epoll set that a child has, too: it is then taken out, and the queue lives on for another process.
 */
struct wait_queue *signal_waiters(void);
/* The process ends. */
void signal_waiters_leave(struct process *process);
/* Signals may be there to take. Without signal_lock. */
void signal_waiters_wake(struct process *process);

#endif
