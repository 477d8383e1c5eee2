/* From the application's registers to the function that serves the call, and back. */
#include "kernel/syscall/dispatch.h"

#include <asm/unistd.h>
#include <linux/errno.h>

#include "kernel/host/boot.h"
#include "kernel/mm/mm.h"
#include "kernel/signal/signal.h"
#include "kernel/syscall/trace.h"
#include "kernel/task/thread.h"

/* Of the SYSCALL instruction */
#define SYSCALL_BYTES 2

static long unknown_count(uint64_t number)
{
	struct kernel_statistics *statistics = kernel_statistics();

	if (number < KERNEL_CALLS_MAX)
		statistics->unknown[number]++;
	else
		statistics->unknown_other++;
	return -ENOSYS;
}

static long serve(uint64_t number, const struct arguments *args)
{
	if (number >= SYSCALL_MAX || !syscall_table[number].function)
		return unknown_count(number);
	return syscall_table[number].function(args);
}

static long serve_traced(uint64_t number, const struct arguments *args)
{
	struct trace trace;
	long result;

	trace_enter(&trace, number, args);
	if (number == __NR_exit || number == __NR_exit_group)
		trace_leave_for_ever(&trace);
	result = serve(number, args);
	trace_leave(&trace, result);
	return result;
}

static bool is_restart(long result)
{
	return result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK;
}

static long serve_once(struct frame *frame, uint64_t number)
{
	struct arguments args = {{frame->rdi, frame->rsi, frame->rdx, frame->r10, frame->r8, frame->r9}};

	return __builtin_expect(trace_is_on(), 0) ? serve_traced(number, &args) : serve(number, &args);
}

void syscall_serve(struct frame *frame)
{
	struct thread *thread = current;
	/* Linux looks at the lower half only. */
	uint64_t number = (uint32_t)frame->rax;
	bool again;

	if (number < KERNEL_CALLS_MAX)
		thread->calls_served[number]++;
	thread->frame = frame;
	thread->call_number = number;
	do {
		long result = serve_once(frame, thread->call_number);

		frame->rax = (uint64_t)result;
		again = __builtin_expect(thread->kick != 0 || is_restart(result), 0) && signals_deliver(frame, true);
	} while (again);
}

void trap_serve(struct frame *frame)
{
	mm_site_trapped(frame->rip - SYSCALL_BYTES, frame->rax);
	syscall_serve(frame);
}
