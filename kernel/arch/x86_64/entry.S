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
#include "unwind.h"

	.text

.macro save_registers
	push_register rax
	push_register rbx
	push_register rcx
	push_register rdx
	push_register rsi
	push_register rdi
	push_register rbp
	push_register r8
	push_register r9
	push_register r10
	push_register r11
	push_register r12
	push_register r13
	push_register r14
	push_register r15
.endm

/* A frame for an application that was stopped anywhere; the kernel's own flags. Faults and kicks may be slow. */
.macro save_interrupted
	push_return %gs:THREAD_USER_IP
	pushfq
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset DWARF_RFLAGS, 0
	pushq $RFLAGS_START
	.cfi_adjust_cfa_offset 8
	popfq
	.cfi_adjust_cfa_offset -8
	save_registers
.endm

.macro push_word word
	pushq \word
	.cfi_adjust_cfa_offset 8
.endm

/* What IRET takes off the stack. */
#define RETURN_BYTES 40

/* A way in: the application's stack pointer is still in RSP, and no other register is changed. */
.macro entry_begin name
	.globl \name
	.hidden \name
	.type \name, @function
	.cfi_startproc simple
	.cfi_signal_frame
	.cfi_def_cfa %rsp, 0
	.cfi_undefined DWARF_RIP
.endm

/* To the thread's kernel stack, which is empty. */
.macro switch_stack
	movq %rsp, %gs:THREAD_USER_SP
	movq %gs:THREAD_KERNEL_STACK, %rsp
	.cfi_undefined DWARF_RSP
.endm

/* Where to go on in the application: the end of its frame. */
.macro push_return address
	pushq %gs:THREAD_USER_SP
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset DWARF_RSP, 0
	pushq \address
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset DWARF_RIP, 0
.endm

	.balign 64
	entry_begin kernel_entry
	.cfi_register DWARF_RIP, DWARF_RCX
kernel_entry:
	switch_stack
entry_switched: /* here and at leave_jump only GS tells the rest: cli/debug/stubs.py */
	push_return %rcx
	pushfq
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset DWARF_RFLAGS, 0
	.cfi_remember_state
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
	.cfi_remember_state
	pop_register r15
	pop_register r14
	pop_register r13
	pop_register r12
	pop_register r11
	pop_register r10
	pop_register r9
	pop_register r8
	pop_register rbp
	pop_register rdi
	pop_register rsi
	pop_register rdx
	pop_register rcx
	pop_register rbx
	pop_register rax
	movq %gs:THREAD_USER_SP, %rsp
	.cfi_undefined DWARF_RIP
leave_jump:
	jmp *%gs:THREAD_USER_IP
leave_slow:
	.cfi_restore_state
	/* At once, so that a trap flag lets an instruction of the application go by, and none of ours. */
	push_word $USER_SS
	push_word FRAME_RSP+8(%rsp)
	push_word FRAME_RFLAGS+16(%rsp)
	push_word $USER_CS
	push_word FRAME_RIP+32(%rsp)
	movq RETURN_BYTES(%rsp), %r15
	movq RETURN_BYTES+8(%rsp), %r14
	movq RETURN_BYTES+16(%rsp), %r13
	movq RETURN_BYTES+24(%rsp), %r12
	movq RETURN_BYTES+32(%rsp), %r11
	movq RETURN_BYTES+40(%rsp), %r10
	movq RETURN_BYTES+48(%rsp), %r9
	movq RETURN_BYTES+56(%rsp), %r8
	movq RETURN_BYTES+64(%rsp), %rbp
	movq RETURN_BYTES+72(%rsp), %rdi
	movq RETURN_BYTES+80(%rsp), %rsi
	movq RETURN_BYTES+88(%rsp), %rdx
	movq RETURN_BYTES+96(%rsp), %rcx
	movq RETURN_BYTES+104(%rsp), %rbx
	movq RETURN_BYTES+112(%rsp), %rax
	iretq
	.cfi_adjust_cfa_offset -RETURN_BYTES
	.globl kernel_leave_end
	.hidden kernel_leave_end
kernel_leave_end:
entry_flags:
	.cfi_restore_state
	pushq $RFLAGS_START
	.cfi_adjust_cfa_offset 8
	popfq
	.cfi_adjust_cfa_offset -8
	jmp entry_registers
	.cfi_endproc
	.size kernel_entry, . - kernel_entry

/*
 * A syscall instruction of the application trapped: the SIGSYS handler put what SYSCALL puts into RCX and R11. As
 * kernel_entry, but slower, and C is told that it is not a stub that comes.
 */
	entry_begin trap_entry
	.cfi_register DWARF_RIP, DWARF_RCX
trap_entry:
	switch_stack
	movq %rcx, %gs:THREAD_USER_IP
	save_interrupted
	movq %rsp, %rdi
	call trap_serve
	jmp kernel_leave
	.cfi_endproc
	.size trap_entry, . - trap_entry

	entry_begin fault_entry
fault_entry:
	switch_stack
	save_interrupted
	movq %rsp, %rdi
	call fault_serve
	jmp kernel_leave
	.cfi_endproc
	.size fault_entry, . - fault_entry

/* A kick found the application running, its registers untouched but the instruction pointer, which is in user_ip. */
	entry_begin kick_entry
kick_entry:
	switch_stack
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
	.cfi_adjust_cfa_offset 8
	popfq
	.cfi_adjust_cfa_offset -8
kick_serve_frame:
	movq %rsp, %rdi
	call kick_serve
	jmp kernel_leave
	.cfi_endproc
	.size kick_entry, . - kick_entry

/* _Noreturn void arch_enter_user(struct frame *frame): leaves the kernel with the frame's registers. */
	function_begin arch_enter_user
	movq %rdi, %rsp
	frame_is_at_rsp
	jmp kernel_leave
	function_end arch_enter_user

	.section .note.GNU-stack, "", @progbits
