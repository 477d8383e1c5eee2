/* Exceptions of the application: repaired, or turned into signals. Called by the entry path (arch/). */
#include "kernel/task/fault.h"

#include <linux/signal.h>

#include "kernel/mm/mm.h"
#include "kernel/signal/send.h"
#include "kernel/signal/signal.h"
#include "kernel/syscall/dispatch.h"
#include "kernel/syscall/trace.h"
#include "kernel/task/exit.h"

/* Bits of a page fault's error code */
#define FAULT_WRITE 2
#define FAULT_EXECUTE 16
#define TRAP_PAGE_FAULT 14

static bool page_fault_repair(const struct thread_fault *fault, siginfo_t *info)
{
	struct mm_fault what = {.signal = fault->signal, .code = fault->code};
	bool repaired = mm_fault_repair(fault->address, fault->error_code & FAULT_WRITE,
					fault->error_code & FAULT_EXECUTE, &what);

	info->si_signo = what.signal;
	info->si_code = what.code;
	return repaired;
}

void fault_serve(struct frame *frame)
{
	struct thread *thread = current;
	const struct thread_fault *fault = &thread->fault;
	siginfo_t info = {
		.si_signo = fault->signal,
		.si_code = fault->code,
		.si_addr = (void *)(uintptr_t)fault->address,
	};

	thread->frame = frame;
	thread->call_number = CALL_NONE;
	if (fault->trap_number == TRAP_PAGE_FAULT && page_fault_repair(fault, &info))
		return;
	trace_event("fault: address 0x%lx at 0x%lx, code %d", (unsigned long)fault->address, (unsigned long)frame->rip,
		    info.si_code);
	signal_send_fault(&info);
	if (signals_deliver(frame))
		syscall_serve_again(frame);
}

void kick_serve(struct frame *frame)
{
	current->frame = frame;
	current->call_number = CALL_NONE;
	if (signals_deliver(frame))
		syscall_serve_again(frame);
}
