/* What uname, sysinfo and /proc say of the machine: one place, so that they agree. */
#ifndef KERNEL_TASK_SYSTEM_H
#define KERNEL_TASK_SYSTEM_H

#include <stdint.h>

#define SYSTEM_NAME "Linux"
#define SYSTEM_VERSION "#1 SMP PREEMPT_DYNAMIC Tend"
#define SYSTEM_DOMAIN "(none)"
#ifdef __x86_64__
#define SYSTEM_MACHINE "x86_64"
#endif

const char *system_host_name(void);
/* The Linux release that we are like. */
const char *system_release(void);
unsigned system_cpu_count(void);

struct system_memory {
	uint64_t total_bytes;
	uint64_t free_bytes;
	uint64_t file_bytes; /* of the arena: files in memory and the kernel itself */
};
void system_memory(struct system_memory *out);
/* Processes and threads that there are; the highest process id. */
void system_tasks(unsigned *processes, unsigned *threads, int *last_pid);

#endif
