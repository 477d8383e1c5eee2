/* Where the tender jumps to. */
#include "unwind.h"

	.text
	function_begin kernel_start
	.cfi_undefined DWARF_RIP
	/* RDI: struct kernel_boot; RSI: role. The stack is aligned. */
	xorl %ebp, %ebp
	call kernel_main
	ud2
	function_end kernel_start

/* For unwinding: a register's place in the context at RSP, as an expression (DW_CFA_expression, DW_OP_breg7). */
.macro in_context register, offset
	.cfi_escape 0x10, \register, 3, 0x77, (\offset & 0x7f) | 0x80, \offset >> 7
.endm

/* The host's signal frame begins at RSP; rt_sigreturn (15) is allowed from here only. */
	.globl signal_return
	.hidden signal_return
	.type signal_return, @function
	.cfi_startproc simple
	.cfi_signal_frame
	/* The CFA is the interrupted stack pointer (DW_CFA_def_cfa_expression, with DW_OP_deref). */
	.cfi_escape 0x0f, 4, 0x77, (CONTEXT_RSP & 0x7f) | 0x80, CONTEXT_RSP >> 7, 0x06
	in_context 0, 144
	in_context 1, 136
	in_context DWARF_RCX, 152
	in_context 3, CONTEXT_RBX
	in_context 4, 112
	in_context 5, 104
	in_context 6, CONTEXT_RBP
	in_context DWARF_RSP, CONTEXT_RSP
	in_context 8, 40
	in_context 9, 48
	in_context 10, 56
	in_context 11, 64
	in_context 12, CONTEXT_R12
	in_context 13, CONTEXT_R13
	in_context 14, CONTEXT_R14
	in_context 15, CONTEXT_R15
	in_context DWARF_RIP, CONTEXT_RIP
	/* Unwinders look for the instruction in front of a return address. */
	nop
signal_return:
	movl $15, %eax
	syscall
	ud2
	.cfi_endproc
	.size signal_return, . - signal_return

	.section .note.GNU-stack, "", @progbits
