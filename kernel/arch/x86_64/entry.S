/*
 * From the application into the kernel and back.
 *
 * kernel_entry: a system call, from a stub or by way of the SIGSYS handler. As after the SYSCALL instruction, RCX is
 * the address to return to; RAX the number. Nothing is written to the application's stack: its red zone is live.
 * The kernel runs with none of the flags that would change what its instructions do: direction, trap, alignment check.
 * fault_entry: an exception of the application, by way of the signal handler, which left the address of the faulting
 * instruction in the thread's user_ip. All other registers are the application's.
 */
#include "offsets.h"

	.text

.macro save_registers
	pushq %rax
	pushq %rbx
	pushq %rcx
	pushq %rdx
	pushq %rsi
	pushq %rdi
	pushq %rbp
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
.endm

/* A frame for an application that was stopped anywhere; the kernel's own flags. Faults and kicks may be slow. */
.macro save_interrupted
	pushq %gs:THREAD_USER_SP
	pushq %gs:THREAD_USER_IP
	pushfq
	pushq $RFLAGS_START
	popfq
	save_registers
.endm

	.globl kernel_entry
	.hidden kernel_entry
	.type kernel_entry, @function
	.balign 64
kernel_entry:
	movq %rsp, %gs:THREAD_USER_SP
	movq %gs:THREAD_KERNEL_STACK, %rsp
	pushq %gs:THREAD_USER_SP
	pushq %rcx
	pushfq
	movq (%rsp), %r11 /* as SYSCALL leaves it, which a stub does not do */
	testl $RFLAGS_SLOW, (%rsp)
	jnz entry_flags
entry_registers:
	save_registers
	movq %rsp, %rdi
	call syscall_serve

/* What every way back ends in: RSP points to the frame. */
	.globl kernel_leave
	.hidden kernel_leave
kernel_leave:
	/* A kick that came after the last look in C found the kernel running, and left only its word. */
	cmpl $0, %gs:THREAD_KICK
	jne kick_again
	movq FRAME_RSP(%rsp), %rax
	movq FRAME_RIP(%rsp), %rcx
	movq FRAME_RFLAGS(%rsp), %rdx
	movq %rax, %gs:THREAD_USER_SP
	movq %rcx, %gs:THREAD_USER_IP
	testl $RFLAGS_SLOW, %edx
	jnz leave_slow
	/* The arithmetic flags, without the slow popfq: overflow by an addition, the others by sahf. */
	movl %edx, %eax
	shrl $RFLAGS_OVERFLOW_BIT, %eax
	andl $1, %eax
	movb %dl, %ah
	addb $0x7f, %al
	sahf
leave_registers:
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	popq %rbp
	popq %rdi
	popq %rsi
	popq %rdx
	popq %rcx
	popq %rbx
	popq %rax
	movq %gs:THREAD_USER_SP, %rsp
	jmp *%gs:THREAD_USER_IP
leave_slow:
	pushq %rdx
	popfq
	jmp leave_registers
	.globl kernel_leave_end
	.hidden kernel_leave_end
kernel_leave_end:
entry_flags:
	pushq $RFLAGS_START
	popfq
	jmp entry_registers
	.size kernel_entry, . - kernel_entry

/*
 * A syscall instruction of the application trapped: the SIGSYS handler put what SYSCALL puts into RCX and R11. As
 * kernel_entry, but slower, and C is told that it is not a stub that comes.
 */
	.globl trap_entry
	.hidden trap_entry
	.type trap_entry, @function
trap_entry:
	movq %rsp, %gs:THREAD_USER_SP
	movq %gs:THREAD_KERNEL_STACK, %rsp
	movq %rcx, %gs:THREAD_USER_IP
	save_interrupted
	movq %rsp, %rdi
	call trap_serve
	jmp kernel_leave
	.size trap_entry, . - trap_entry

	.globl fault_entry
	.hidden fault_entry
	.type fault_entry, @function
fault_entry:
	movq %rsp, %gs:THREAD_USER_SP
	movq %gs:THREAD_KERNEL_STACK, %rsp
	save_interrupted
	movq %rsp, %rdi
	call fault_serve
	jmp kernel_leave
	.size fault_entry, . - fault_entry

/* A kick found the application running, its registers untouched but the instruction pointer, which is in user_ip. */
	.globl kick_entry
	.hidden kick_entry
	.type kick_entry, @function
kick_entry:
	movq %rsp, %gs:THREAD_USER_SP
	movq %gs:THREAD_KERNEL_STACK, %rsp
	save_interrupted
	jmp kick_serve_frame
/*
 * A kick between the last look at the kick word and the jump to the application: RSP points to the frame again. The
 * flags may be the application's already.
 */
	.globl kick_again
	.hidden kick_again
kick_again:
	pushq $RFLAGS_START
	popfq
kick_serve_frame:
	movq %rsp, %rdi
	call kick_serve
	jmp kernel_leave
	.size kick_entry, . - kick_entry

/* _Noreturn void arch_enter_user(struct frame *frame): leaves the kernel with the frame's registers. */
	.globl arch_enter_user
	.hidden arch_enter_user
	.type arch_enter_user, @function
arch_enter_user:
	movq %rdi, %rsp
	jmp kernel_leave
	.size arch_enter_user, . - arch_enter_user

	.section .note.GNU-stack, "", @progbits
