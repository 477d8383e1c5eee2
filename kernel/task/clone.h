/* clone(2): threads, forks and vforks. */
#ifndef KERNEL_TASK_CLONE_H
#define KERNEL_TASK_CLONE_H

#include "frame.h"
#include "kernel/mm/user.h"
#include "kernel/task/process.h"

struct clone_request {
	uint64_t flags;    /* CLONE_*, checked */
	int exit_signal;   /* 0: none */
	user_t stack_top;  /* 0: the caller's */
	user_t parent_tid; /* for CLONE_PARENT_SETTID */
	user_t pidfd;      /* for CLONE_PIDFD */
	user_t child_tid;  /* for CLONE_CHILD_SETTID and CLONE_CHILD_CLEARTID */
	uint64_t tls;      /* for CLONE_SETTLS */
};

/*
 * All three return the new thread's or process's id, or -errno, with nothing left behind. -EAGAIN: the host's limit on
 * processes. The new one continues with the frame of the calling thread and result 0.
 */
long thread_clone(const struct clone_request *request);
long process_fork(const struct clone_request *request);
/* CLONE_VM|CLONE_VFORK: the child has the calling host thread until it executes a program or exits. */
long process_vfork(const struct clone_request *request);

/*
 * What the three share. A thread of `process` as like the calling one as clone(2) has it, with its frame, in no list.
 * NULL: no memory.
 */
struct thread *thread_copy(struct process *process, const struct clone_request *request);
/* A child like the calling process, but for memory. NULL: no memory. process_drop undoes it. */
struct process *process_copy(const struct clone_request *request);
void process_drop(struct process *process);
/*
 * Gives it an id and makes it and its only thread findable, in the caller's group and session. -ERESTARTNOINTR: a
 * signal came before, and both are gone: what a group was sent must not miss a child that is being made.
 */
int process_introduce(struct process *process, struct thread *thread, const struct clone_request *request);

/* The first thing that a new host thread does (arch/clone.S), before the application. */
void thread_begin(struct frame *frame);

#endif
