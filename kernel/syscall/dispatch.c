/* From the application's registers to the function that serves the call, and back. */
#include "kernel/syscall/dispatch.h"

#include <asm/unistd.h>
#include <linux/errno.h>

#include "kernel/host/boot.h"
#include "kernel/mm/mm.h"
#include "kernel/ptrace/ptrace.h"
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

/* On the way of every call: it is part of both its callers. */
static inline __attribute__((always_inline)) long serve_once(struct frame *frame, uint64_t number)
{
	struct arguments args = {{frame->rdi, frame->rsi, frame->rdx, frame->r10, frame->r8, frame->r9}};

	return __builtin_expect(trace_is_on(), 0) ? serve_traced(number, &args) : serve(number, &args);
}

static bool is_to_deliver(const struct thread *thread, long result)
{
	return __builtin_expect(thread->kick != 0 || is_restart(result), 0);
}

void syscall_serve_again(struct frame *frame)
{
	struct thread *thread = current;

	do {
		bool traced = thread_is_traced(thread);

		if (!traced || tracee_call_begin(frame))
			frame->rax = (uint64_t)serve_once(frame, thread->call_number);
		if (traced)
			tracee_call_end(frame);
	} while (is_to_deliver(thread, (long)frame->rax) && signals_deliver(frame));
}

static uint64_t call_note(struct thread *thread, struct frame *frame)
{
	/* Linux looks at the lower half only. */
	uint64_t number = (uint32_t)frame->rax;

	if (number < KERNEL_CALLS_MAX)
		thread->calls_served[number]++;
	thread->frame = frame;
	thread->call_number = number;
	return number;
}

void syscall_serve(struct frame *frame)
{
	struct thread *thread = current;
	long result = serve_once(frame, call_note(thread, frame));

	frame->rax = (uint64_t)result;
	if (is_to_deliver(thread, result) && signals_deliver(frame))
		syscall_serve_again(frame);
}

void trap_serve(struct frame *frame)
{
	if (!thread_is_traced(current)) {
		mm_site_trapped(frame->rip - SYSCALL_BYTES, frame->rax);
		syscall_serve(frame);
		return;
	}
	/* Perhaps it came from a stub after all. */
	frame->r11 = frame->rflags;
	(void)call_note(current, frame);
	syscall_serve_again(frame);
}
