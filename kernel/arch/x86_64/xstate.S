/*
 * The extended state (x87, vector, mask registers) to and from application memory, which may fault; also #GP on
 * contents
 * that are none. int arch_xstate_save(void *area, uint64_t features), int arch_xstate_load(const void *area, ...): 0
 * or -EFAULT.
 */
#include "unwind.h"

	.text
	function_begin arch_xstate_save
	movl %esi, %eax
	movq %rsi, %rdx
	shrq $32, %rdx
1:	xsave64 (%rdi)
	xorl %eax, %eax
	ret
	function_end arch_xstate_save

	function_begin arch_xstate_load
	movl %esi, %eax
	movq %rsi, %rdx
	shrq $32, %rdx
2:	xrstor64 (%rdi)
	xorl %eax, %eax
	ret
.Lfault:
	movl $-14, %eax
	ret
	function_end arch_xstate_load

	.pushsection .exceptions, "a", @progbits
	.balign 4
	.long 1b - ., .Lfault - . + 4
	.long 2b - ., .Lfault - . + 4
	.popsection
	.section .note.GNU-stack, "", @progbits
