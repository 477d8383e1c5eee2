/* What sending a signal from a system call has to check: kill(2), rt_sigqueueinfo(2). */
#ifndef KERNEL_SYSCALL_KILL_H
#define KERNEL_SYSCALL_KILL_H

#include <linux/signal.h>

#include "kernel/mm/user.h"
#include "kernel/task/process.h"

/* What comes with a signal of the calling process. */
siginfo_t signal_info_make(int signal, int code);
/* The application's own, for the process `target`: -EFAULT, -EPERM. */
int signal_info_import(siginfo_t *info, user_t from, int signal, int target);
/* Sends it if the caller may: 0 or -EPERM. Signal 0 only asks. */
int signal_send_checked(struct process *target, const siginfo_t *info);

#endif
