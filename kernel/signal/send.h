/* Sending signals. */
#ifndef KERNEL_SIGNAL_SEND_H
#define KERNEL_SIGNAL_SEND_H

#include <linux/signal.h>

#include "kernel/task/process.h"

/* To the calling thread, as Linux itself does it for SIGPIPE and SIGXFSZ. */
void signal_send_current(int signal);
/* To a process: some thread of it that does not block the signal takes it. Any thread of the guest may call this. */
void signal_send_process(struct process *process, const siginfo_t *info);
/* To one thread of a process. */
void signal_send_thread(struct thread *thread, const siginfo_t *info);
/* A fault of the calling thread: where it is blocked or ignored, it kills. */
void signal_send_fault(const siginfo_t *info);

#endif
