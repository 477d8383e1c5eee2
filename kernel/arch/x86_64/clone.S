/*
 * Where threads and processes begin, are lent, and end.
 *
 * long arch_clone(uint64_t flags, struct frame *frame, struct thread *thread, uint32_t *host_alive, uint64_t tls):
 * the host's clone. The new host thread runs `thread` on that thread's own kernel stack, whose top is `frame`, and goes
 * to the application with it. Until its GS base is set nobody knows its host id, so that no kick can find it.
 */
#include <asm/unistd.h>

#include "offsets.h"
#include "unwind.h"

	.text
	function_begin arch_clone
	movq %rdx, %r9
	movq %rcx, %rdx
	movq %rcx, %r10
	movl $__NR_clone, %eax
	syscall
	testq %rax, %rax
	jz clone_child
	ret
	.cfi_endproc
	.cfi_startproc simple
	.cfi_signal_frame
	frame_is_at_rsp
clone_child:
	wrgsbase %r9
	movq %rsp, %rdi
	/* In a new process: a page that is read first comes with its neighbours, one that is written first alone. */
	cmpq $0, (%rsp)
	call thread_begin
	jmp kernel_leave
	function_end arch_clone

/*
 * void arch_thread_lend(struct frame *frame, struct thread *borrower, uint64_t *lender_sp): the calling host thread
 * goes on as another guest thread (the child of a vfork), to the application with the frame at the top of that one's
 * kernel stack. Returns when the borrower calls arch_thread_return with what was stored in *lender_sp.
 */
	function_begin arch_thread_lend
	push_register rbx
	push_register rbp
	push_register r12
	push_register r13
	push_register r14
	push_register r15
	movq %rsp, (%rdx)
	wrgsbase %rsi
	movq %rdi, %rsp
	frame_is_at_rsp
	jmp kernel_leave
	function_end arch_thread_lend

/* _Noreturn void arch_thread_return(struct thread *lender, uint64_t lender_sp): the borrower's stack is free then. */
	function_begin arch_thread_return
	wrgsbase %rdi
	movq %rsi, %rsp
	.cfi_def_cfa_offset 56
	pop_register r15
	pop_register r14
	pop_register r13
	pop_register r12
	pop_register rbp
	pop_register rbx
	ret
	function_end arch_thread_return

/*
 * _Noreturn void arch_process_end(uint32_t *host_alive, int status): from the store on another thread may have this
 * one's stacks, so none is touched.
 */
	function_begin arch_process_end
	movl $0, (%rdi)
	movl %esi, %edi
	movl $__NR_exit_group, %eax
	syscall
	ud2
	function_end arch_process_end

	.section .note.GNU-stack, "", @progbits
