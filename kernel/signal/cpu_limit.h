/* RLIMIT_CPU: SIGXCPU at the soft limit and each second behind it, SIGKILL at the hard one. Rules: setrlimit(2). */
#ifndef KERNEL_SIGNAL_CPU_LIMIT_H
#define KERNEL_SIGNAL_CPU_LIMIT_H

#include "kernel/task/process.h"

void cpu_limit_init(struct process *process);
void cpu_limit_end(struct process *process);
/* The process's limit was changed. No lock is held. */
void cpu_limit_changed(struct process *process);
/* The calling thread begins as the first of a process on the host, which may have inherited a limit. */
void cpu_limit_inherit(void);
/* The calling process's CPU time is held against its limit. The timers' lock is held. */
void cpu_limit_look(struct process *process);

#endif
