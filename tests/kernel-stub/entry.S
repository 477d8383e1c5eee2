/* The stub's header, entry and signal handler: registers are kept as they came, for C to look at. */
#include <asm/unistd.h>

	.section .header, "ax"
	.globl stub_header
stub_header:
	.ascii "TDKERNL1"
	.quad stub_handler - stub_header
	.quad stub_restorer - stub_header

	.text
	.globl stub_entry
stub_entry:
	push %r15
	push %r14
	push %r13
	push %r12
	push %r11
	push %r10
	push %r9
	push %r8
	push %rbp
	push %rdx
	push %rcx
	push %rbx
	push %rax
	mov %rsp, %rdx
	and $-16, %rsp
	call stub_main
	ud2

/* rdi = signal, rsi = siginfo, rdx = ucontext */
stub_handler:
	sub $8, %rsp
	call stub_signal
	add $8, %rsp
	ret

stub_restorer:
	mov $__NR_rt_sigreturn, %eax
	syscall
	ud2

/* bool stub_touch(const void *address): false if reading it faults */
	.globl stub_touch, stub_touch_fault, stub_touch_failed
stub_touch:
stub_touch_fault:
	movb (%rdi), %al
	mov $1, %eax
	ret
stub_touch_failed:
	xor %eax, %eax
	ret

/* What application code is: copied elsewhere, it makes a system call. */
	.globl stub_foreign_code, stub_foreign_end
stub_foreign_code:
	mov $__NR_getppid, %eax
	syscall
	ret
stub_foreign_end:

	.section .note.GNU-stack, "", @progbits
