/* ptrace: which requests are about becoming a tracer, and which about a tracee. */
#include "kernel/ptrace/ptrace.h"

#include <linux/errno.h>

#include "kernel/syscall/table.h"
#include "kernel/task/pid.h"

/* What PTRACE_SEIZE takes as the options from the beginning. */
static long seize(int tid, uint64_t address, uint64_t options)
{
	struct process *process = process_find_by_thread(tid);

	process_put(process);
	if (!process)
		return -ESRCH;
	if (address || options & ~(uint64_t)PTRACE_O_MASK)
		return -EIO;
	if (options & PTRACE_O_SUSPEND_SECCOMP)
		return -EPERM;
	return tracee_attach(tid, true, (uint32_t)options);
}

SYSCALL(ptrace)
{
	long request = ARG_LONG(args, 0);
	int tid = ARG_INT(args, 1);

	switch (request) {
	case PTRACE_TRACEME:
		return tracee_traceme();
	case PTRACE_ATTACH:
		return tracee_attach(tid, false, 0);
	case PTRACE_SEIZE:
		return seize(tid, ARG_ULONG(args, 2), ARG_ULONG(args, 3));
	default:
		return tracee_request(request, tid, ARG_ULONG(args, 2), ARG_ULONG(args, 3));
	}
}
