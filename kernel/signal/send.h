/* Sending signals. */
#ifndef KERNEL_SIGNAL_SEND_H
#define KERNEL_SIGNAL_SEND_H

#include <linux/signal.h>

#include "kernel/task/process.h"

/* To the calling thread, as Linux itself does it for SIGPIPE and SIGXFSZ. */
void signal_send_current(int signal);
/* To a process: some thread of it that does not block the signal takes it. Any thread of the guest may call this. */
void signal_send_process(struct process *process, const siginfo_t *info);
/* To all processes of a group, from the kernel. */
void signal_send_group(int group, const siginfo_t *info);
/*
 * A timer's signal, whose entry is queued unless it still is from the last time: to the process, or (tid) to a thread
 * of it, if that is still there. May be called with the lock of task/timer.c, as may signal_send_process.
 */
struct signal_info;
void signal_send_timer(struct process *process, int tid, struct signal_info *entry, uint64_t setting);
/* Has a thread of the process (tid 0: any) that is not idle look up for the reason `why`, KICK_*. */
void signal_kick_running(struct process *process, int tid, uint32_t why);
/* Has the first thread of the process look up, idle or not. */
void signal_kick_any(struct process *process, uint32_t why);
/* To one thread of a process, if there still is one with that id. */
void signal_send_thread(struct process *process, int tid, const siginfo_t *info);
/* Has the thread look up from whatever it does, for the reason `why`, KICK_*. process->signal_lock is held. */
void thread_kick(struct thread *thread, uint32_t why);
/*
 * The calling thread blocks these from now on, or ends: of those that are pending for the process others are told.
 * process->signal_lock is held.
 */
void signal_retarget(struct process *process, signal_set_t signals);
/* A fault of the calling thread: where it is blocked or ignored, it kills. */
void signal_send_fault(const siginfo_t *info);

#endif
