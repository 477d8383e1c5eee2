/* Process entry: hand the initial stack to C. */
	.globl _start
	.hidden tender_start
_start:
	mov x29, #0
	mov x30, #0
	mov x0, sp
	bl tender_start
	brk #1

	.section .note.GNU-stack, "", @progbits
