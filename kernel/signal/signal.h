/* Signals of the calling thread: masks, pending ones, delivery. Rules: signal(7), sigaction(2). */
#ifndef KERNEL_SIGNAL_SIGNAL_H
#define KERNEL_SIGNAL_SIGNAL_H

#include <linux/signal.h>

#include "arch.h"
#include "kernel/task/process.h"

/* A pending signal with what came with it; queued, in the order of arrival. Guarded by process->signal_lock. */
struct signal_info {
	struct list list;
	siginfo_t info;
	uint64_t setting; /* of a timer (signal/timers.h), which completes the info when it is taken; else 0 */
	bool kept;        /* it is a timer's, who queues it again: not freed when it is taken */
	bool held_back;   /* of a timer: it was dropped because the process ignores it */
};

#define SIGNALS_IGNORED_BY_DEFAULT                                                                                     \
	(SIGNAL_BIT(SIGCHLD) | SIGNAL_BIT(SIGURG) | SIGNAL_BIT(SIGWINCH) | SIGNAL_BIT(SIGCONT))

/* thread->call_number outside restartable calls */
#define CALL_NONE UINT64_MAX

/*
 * On the way back to the application: takes what is pending, until a handler is set up in the frame or nothing is
 * left. Ends the process if that is what a signal does. A call that ended with one of the ERESTART results gets its
 * EINTR, or is prepared to run again. True if the call in the frame is to be served again at once, no handler having
 * come between.
 */
bool signals_deliver(struct frame *frame);

/* Changes the thread's mask; SIGKILL and SIGSTOP stay out of it. */
void signal_mask_set(signal_set_t blocked);
/*
 * For pselect, sigsuspend and the like: the mask for the wait; the old one comes back when the call returns, or after
 * the handler that ended it.
 */
void signal_mask_set_temporarily(signal_set_t blocked);
/* The wait ended without a signal: the old mask comes back. */
void signal_mask_restore(void);
/* Pending for the calling thread, process-wide ones included. */
signal_set_t signals_pending(void);
/* Takes one of the set off the pending ones: its number, or 0. */
int signal_take(signal_set_t set, siginfo_t *info);

/* Handlers become defaults, ignored ones stay. */
void signal_actions_default(struct process *process);
/* Pending ones are dropped; signal_lock is held. */
void signal_drop(struct process *process, int signal);
/* exec: handlers become defaults, ignored ones stay; the alternate stack is off. */
void signal_actions_reset(struct process *process);
/* The action of one signal changed to ignoring: pending ones of it are dropped. */
void signal_drop_ignored(struct process *process, int signal);
void signal_queue_clear(struct list *queue);
/* A timer ends: its entry is freed, now or when it is taken out of the queue. */
void signal_give_up(struct process *process, struct signal_info *entry);
/* The thread's kick bit says whether there is something to deliver. process->signal_lock is held. */
void signal_kick_update(struct thread *thread);
/*
 * Whether the signal comes to the guest's first process from another one, which without a handler for it cannot end or
 * stop it: the init of a pid namespace is protected so (pid_namespaces(7)). It may end itself, as programs expect that
 * are not meant to be an init: there Linux differs.
 */
bool signal_is_spared(const struct process *process, const siginfo_t *info);
/* Whether the process ignores the signal, by SIG_IGN or by default. */
bool signal_is_ignored(const struct process *process, int signal);

/* arch/: a handler's frame on the application's stack. -EFAULT if there is no room. */
int arch_signal_frame_push(struct frame *frame, const struct signal_action *action, const siginfo_t *info,
			   signal_set_t mask);
/* rt_sigreturn: the frame at the stack pointer goes back into registers. -EFAULT */
int arch_signal_frame_pop(struct frame *frame, signal_set_t *mask);
/*
 * The interrupted call is to run again behind the handler whose frame is pushed next: by going back to its SYSCALL
 * instruction, as Linux does, where that is still in place; else arch_signal_frame_pop sees to it.
 */
void arch_call_restart(struct frame *frame, uint64_t number);

#endif
