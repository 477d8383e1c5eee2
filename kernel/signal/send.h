/* Sending signals. */
#ifndef KERNEL_SIGNAL_SEND_H
#define KERNEL_SIGNAL_SEND_H

#include <linux/signal.h>

#include "kernel/task/process.h"

/* To the calling thread, as Linux itself does it for SIGPIPE and SIGXFSZ. */
void signal_send_current(int signal);
/* To a process: some thread of it that does not block the signal takes it. Any thread of the guest may call this. */
void signal_send_process(struct process *process, const siginfo_t *info);
/* To one thread of a process, if there still is one with that id. */
void signal_send_thread(struct process *process, int tid, const siginfo_t *info);
/* Has the thread look up from whatever it does: it goes through signals_deliver. process->signal_lock is held. */
void thread_kick(struct thread *thread);
/* A fault of the calling thread: where it is blocked or ignored, it kills. */
void signal_send_fault(const siginfo_t *info);

#endif
