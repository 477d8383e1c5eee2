/* CPU time as struct rusage has it: kernel/syscall/limits.c. */
#ifndef KERNEL_SYSCALL_USAGE_H
#define KERNEL_SYSCALL_USAGE_H

#include <linux/resource.h>

#include "kernel/task/cpu_clock.h"

void usage_set_time(struct rusage *use, const struct cpu_time *time);

#endif
