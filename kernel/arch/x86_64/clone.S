/*
 * Where threads and processes begin, are lent, and end.
 *
 * long arch_clone(uint64_t flags, struct frame *frame, struct thread *thread, uint32_t *host_alive, uint64_t tls):
 * the host's clone. The new host thread runs `thread` on that thread's own kernel stack, whose top is `frame`, and goes
 * to the application with it. Until its GS base is set nobody knows its host id, so that no kick can find it.
 */
#include <asm/unistd.h>

#include "offsets.h"

	.text
	.globl arch_clone
	.hidden arch_clone
	.type arch_clone, @function
arch_clone:
	movq %rdx, %r9
	movq %rcx, %rdx
	movq %rcx, %r10
	movl $__NR_clone, %eax
	syscall
	testq %rax, %rax
	jz clone_child
	ret
clone_child:
	wrgsbase %r9
	xorl %ebp, %ebp
	movq %rsp, %rdi
	call thread_begin
	jmp kernel_leave
	.size arch_clone, . - arch_clone

/*
 * void arch_thread_lend(struct frame *frame, struct thread *borrower, uint64_t *lender_sp): the calling host thread
 * goes on as another guest thread (the child of a vfork), to the application with the frame at the top of that one's
 * kernel stack. Returns when the borrower calls arch_thread_return with what was stored in *lender_sp.
 */
	.globl arch_thread_lend
	.hidden arch_thread_lend
	.type arch_thread_lend, @function
arch_thread_lend:
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, (%rdx)
	wrgsbase %rsi
	movq %rdi, %rsp
	jmp kernel_leave
	.size arch_thread_lend, . - arch_thread_lend

/* _Noreturn void arch_thread_return(struct thread *lender, uint64_t lender_sp): the borrower's stack is free then. */
	.globl arch_thread_return
	.hidden arch_thread_return
	.type arch_thread_return, @function
arch_thread_return:
	wrgsbase %rdi
	movq %rsi, %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbp
	popq %rbx
	ret
	.size arch_thread_return, . - arch_thread_return

/*
 * _Noreturn void arch_process_end(uint32_t *host_alive, int status): from the store on another thread may have this
 * one's stacks, so none is touched.
 */
	.globl arch_process_end
	.hidden arch_process_end
	.type arch_process_end, @function
arch_process_end:
	movl $0, (%rdi)
	movl %esi, %edi
	movl $__NR_exit_group, %eax
	syscall
	ud2
	.size arch_process_end, . - arch_process_end

	.section .note.GNU-stack, "", @progbits
