/* The end of a process. */
#ifndef KERNEL_TASK_EXIT_H
#define KERNEL_TASK_EXIT_H

#include "kernel/task/process.h"

/* Ends the calling process: status as wait4(2) gives it (exit code << 8, or a signal's number, 0x80: core dumped). */
_Noreturn void process_exit(int status);
/* Ends the calling process as if killed by the signal. */
_Noreturn void process_kill(int signal);

#endif
