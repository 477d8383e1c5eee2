/*
 * Entries of the traps: registers as struct trap_frame of traps.c has them, on a stack of their own, then C, which does
 * not return. SP_EL0 is nobody's here and keeps the stack pointer for a moment.
 */
	.macro entry
	.balign 128
	msr tpidr_el1, x0
	b common
	.endm

	.text
	.balign 2048
	.globl trap_vectors
	.hidden trap_vectors
trap_vectors:
	.rept 16
	entry
	.endr

common:
	mov x0, sp
	msr sp_el0, x0
	adrp x0, trap_stack_end
	add x0, x0, :lo12:trap_stack_end
	mov sp, x0
	sub sp, sp, #288
	mrs x0, tpidr_el1
	stp x0, x1, [sp, #0]
	stp x2, x3, [sp, #16]
	stp x4, x5, [sp, #32]
	stp x6, x7, [sp, #48]
	stp x8, x9, [sp, #64]
	stp x10, x11, [sp, #80]
	stp x12, x13, [sp, #96]
	stp x14, x15, [sp, #112]
	stp x16, x17, [sp, #128]
	stp x18, x19, [sp, #144]
	stp x20, x21, [sp, #160]
	stp x22, x23, [sp, #176]
	stp x24, x25, [sp, #192]
	stp x26, x27, [sp, #208]
	stp x28, x29, [sp, #224]
	mrs x1, sp_el0
	stp x30, x1, [sp, #240]
	mrs x1, elr_el1
	mrs x2, spsr_el1
	stp x1, x2, [sp, #256]
	mrs x1, esr_el1
	mrs x2, far_el1
	stp x1, x2, [sp, #272]
	mov x0, sp
	bl trap_handle
	brk #0

	.bss
	.balign 16
	.skip 4096
trap_stack_end:

	.section .note.GNU-stack, "", @progbits
