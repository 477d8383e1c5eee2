/*
 * size_t arch_copy(void *to, const void *from, size_t bytes): copies between application and kernel; either side may
 * fault. Returns the number of bytes that were not copied.
 * size_t arch_clear(void *to, size_t bytes): the same for zeroes.
 *
 * An exception table entry is a pair of offsets from itself: an instruction that may fault, and where to go on. The
 * string instructions keep RCX right when they fault; the eight-byte loop starts over byte by byte.
 */
#include "unwind.h"

	.macro may_fault instruction, resume
	.pushsection .exceptions, "a", @progbits
	.balign 4
	.long \instruction - .
	.long \resume - . + 4
	.popsection
	.endm

	.text
	.balign 32
	function_begin arch_copy
	cmpq $256, %rdx
	ja .Lcopy_string
	movl %edx, %ecx
	shrl $3, %ecx
	jz .Lcopy_bytes
.Lcopy_words:
1:	movq (%rsi), %rax
2:	movq %rax, (%rdi)
	addq $8, %rsi
	addq $8, %rdi
	subq $8, %rdx
	decl %ecx
	jnz .Lcopy_words
.Lcopy_bytes:
	testq %rdx, %rdx
	jz .Lcopy_done
.Lcopy_byte:
3:	movzbl (%rsi), %eax
4:	movb %al, (%rdi)
	incq %rsi
	incq %rdi
	decq %rdx
	jnz .Lcopy_byte
.Lcopy_done:
	movq %rdx, %rax
	ret
.Lcopy_string:
	movq %rdx, %rcx
5:	rep movsb
.Lcopy_string_done:
	movq %rcx, %rax
	ret
	may_fault 1b, .Lcopy_bytes
	may_fault 2b, .Lcopy_bytes
	may_fault 3b, .Lcopy_done
	may_fault 4b, .Lcopy_done
	may_fault 5b, .Lcopy_string_done
	function_end arch_copy

	.balign 32
	function_begin arch_clear
	movq %rsi, %rcx
	xorl %eax, %eax
6:	rep stosb
.Lclear_done:
	movq %rcx, %rax
	ret
	may_fault 6b, .Lclear_done
	function_end arch_clear

/*
 * long arch_compare_exchange(uint32_t *at, uint32_t expected, uint32_t desired, uint32_t *old): 0, or -EFAULT.
 */
	function_begin arch_compare_exchange
	movl %esi, %eax
7:	lock cmpxchgl %edx, (%rdi)
	movl %eax, (%rcx)
	xorl %eax, %eax
	ret
.Lexchange_fault:
	movq $-14, %rax
	ret
	may_fault 7b, .Lexchange_fault
	function_end arch_compare_exchange

	.section .note.GNU-stack, "", @progbits
