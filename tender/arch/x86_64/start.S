/* Process entry: hand the initial stack to C. */
	.globl _start
	.hidden tender_start
_start:
	xor %ebp, %ebp
	mov %rsp, %rdi
	and $-16, %rsp
	call tender_start
	ud2

	.section .note.GNU-stack, "", @progbits
