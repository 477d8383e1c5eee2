/* The end of a process: see exit.h. */
#include "kernel/task/exit.h"

#include "kernel/host/boot.h"
#include "kernel/host/host.h"
#include "kernel/lib/pages.h"
#include "kernel/syscall/trace.h"
#include "kernel/vfs/file.h"

#define EXIT_CODE(status) ((status) >> 8 & 0xff)
#define EXIT_SIGNAL(status) ((status)&0x7f)

/* As shells have it: 128 and the signal. */
static int host_status(int status)
{
	return EXIT_SIGNAL(status) ? 128 + EXIT_SIGNAL(status) : EXIT_CODE(status);
}

void process_exit(int status)
{
	struct process *process = process_current();

	process->exiting = true;
	process->exit_status = status;
	if (EXIT_SIGNAL(status))
		trace_event("+++ killed by signal %d +++", EXIT_SIGNAL(status));
	else
		trace_event("+++ exited with %d +++", EXIT_CODE(status));
	process_timers_end(process);
	fd_table_put(process->files);
	process->files = NULL;
	kernel_statistics()->arena_bytes = pages_used() * PAGE_BYTES;
	host_exit_group(host_status(status));
}

void process_kill(int signal)
{
	process_exit(signal);
}
