/*
 * Host calls that may sleep. A kick for the thread must end them even if it comes between the look at the thread's kick
 * word and the SYSCALL instruction: the kick's handler moves an instruction pointer in [blocking_window_start,
 * blocking_window_end) to blocking_interrupted.
 *
 * long host_blocking_call(long number, long a, long b, long c, long d, long e, long f)
 */
#include "offsets.h"
#include "unwind.h"

	.text
	function_begin host_blocking_call
	movq %rdi, %rax
	movq %rsi, %rdi
	movq %rdx, %rsi
	movq %rcx, %rdx
	movq %r8, %r10
	movq %r9, %r8
	movq 8(%rsp), %r9
	.globl blocking_window_start
	.hidden blocking_window_start
blocking_window_start:
	cmpl $0, %gs:THREAD_KICK
	jne blocking_interrupted
	syscall
	.globl blocking_window_end
	.hidden blocking_window_end
blocking_window_end:
	ret
	.globl blocking_interrupted
	.hidden blocking_interrupted
blocking_interrupted:
	movq $-4, %rax /* -EINTR */
	ret
	function_end host_blocking_call

	.section .note.GNU-stack, "", @progbits
