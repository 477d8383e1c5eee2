/* The end of threads and processes. Rules: exit(2), exit_group(2), wait(2), clone(2). */
#ifndef KERNEL_TASK_EXIT_H
#define KERNEL_TASK_EXIT_H

#include "kernel/task/process.h"

struct execution;

/* Ends the calling process with a status as wait4(2) gives it: the other threads leave at their next safe point. */
_Noreturn void process_exit(int status);
/* The same by a signal. */
_Noreturn void process_kill(int signal);
/* Ends the calling thread; the process with it, and with the code, if it is the last one. */
_Noreturn void thread_exit(int code);
/* For a thread that finds KICK_EXIT set: somebody else ends it. */
_Noreturn void thread_leave(void);

/*
 * execve: the other threads of the calling process leave. True: the caller goes on as the process's only thread. False:
 * it must leave itself, another thread was first.
 */
bool threads_end_others(void);

/* There is one host thread less than was counted for the process, which may be gone when this returns. */
void host_threads_leave(struct process *process);

/* The calling thread, which is not the host's leader, ends; the leader goes on with the program in its place. */
_Noreturn void thread_bequeath(struct execution *execution);

/* What a thread owes the application's memory at its end and before an execve: clone(2), get_robust_list(2). */
void thread_memory_settle(struct thread *thread);

#endif
