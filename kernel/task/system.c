/* The machine as the guest sees it: see system.h. */
#include "kernel/task/system.h"

#include "kernel/host/boot.h"
#include "kernel/lib/pages.h"
#include "kernel/task/pid.h"

static const char *boot_text(uint64_t address)
{
	return (const char *)(uintptr_t)address;
}

const char *system_host_name(void)
{
	return boot_text(kernel_boot()->hostname);
}

const char *system_release(void)
{
	return boot_text(kernel_boot()->host_release);
}

unsigned system_cpu_count(void)
{
	return kernel_boot()->cpu_count ? kernel_boot()->cpu_count : 1;
}

/* Which application pages are resident only the host knows: they do not count as used. */
void system_memory(struct system_memory *out)
{
	out->total_bytes = kernel_boot()->mem_bytes;
	out->file_bytes = pages_used() * PAGE_BYTES;
	out->free_bytes = out->file_bytes < out->total_bytes ? out->total_bytes - out->file_bytes : 0;
}

void system_tasks(unsigned *processes, unsigned *threads, int *last_pid)
{
	struct process *process = process_next(1);

	*processes = 0;
	*threads = 0;
	*last_pid = 0;
	while (process) {
		*last_pid = process->pid;
		*processes += 1;
		*threads += process->thread_count;
		process_put(process);
		process = process_next(*last_pid + 1);
	}
}
