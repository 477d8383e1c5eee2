/*
 * Signal mask and signal stack, which only rt_sigreturn can change once the filter is installed.
 *
 * void arch_signal_restore(struct ucontext *context): returns with the context's mask and signal stack. Its general
 * registers are filled in here: they are the caller's.
 */
#include "offsets.h"
#include "unwind.h"

	.text
	function_begin arch_signal_restore
	movq %rbx, CONTEXT_RBX(%rdi)
	movq %rbp, CONTEXT_RBP(%rdi)
	movq %r12, CONTEXT_R12(%rdi)
	movq %r13, CONTEXT_R13(%rdi)
	movq %r14, CONTEXT_R14(%rdi)
	movq %r15, CONTEXT_R15(%rdi)
	movq %rsp, CONTEXT_RSP(%rdi)
	leaq 1f(%rip), %rax
	movq %rax, CONTEXT_RIP(%rdi)
	/* The frame begins one word below RSP, with an address that the host does not read. */
	movq %rdi, %rsp
	jmp signal_return
1:	ret
	function_end arch_signal_restore

	.section .note.GNU-stack, "", @progbits
