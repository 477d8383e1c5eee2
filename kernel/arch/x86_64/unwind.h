/*
 * How debuggers unwind assembly: in .debug_frame, which is not loaded. Ways into the kernel are described as signal
 * frames: what called them is the application, on another stack, wherever it was stopped.
 */
#ifndef KERNEL_ARCH_UNWIND_H
#define KERNEL_ARCH_UNWIND_H

#include "offsets.h"

#ifdef __ASSEMBLER__
/* clang-format off */

/* The numbers that DWARF has for them */
#define DWARF_RCX 2
#define DWARF_RSP 7
#define DWARF_RIP 16
#define DWARF_RFLAGS 49

	.cfi_sections .debug_frame

/* A function that C calls. */
.macro function_begin name
	.globl \name
	.hidden \name
	.type \name, @function
\name:
	.cfi_startproc
.endm

.macro function_end name
	.cfi_endproc
	.size \name, . - \name
.endm

.macro push_register register
	pushq %\register
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %\register, 0
.endm

.macro pop_register register
	popq %\register
	.cfi_adjust_cfa_offset -8
	.cfi_restore %\register
.endm

/* From here on RSP points to a whole struct frame, which is all of the stack. */
.macro frame_is_at_rsp
	.cfi_def_cfa %rsp, FRAME_BYTES
	.cfi_offset DWARF_RSP, -8
	.cfi_offset DWARF_RIP, -16
	.cfi_offset DWARF_RFLAGS, -24
	.cfi_offset %rax, -32
	.cfi_offset %rbx, -40
	.cfi_offset %rcx, -48
	.cfi_offset %rdx, -56
	.cfi_offset %rsi, -64
	.cfi_offset %rdi, -72
	.cfi_offset %rbp, -80
	.cfi_offset %r8, -88
	.cfi_offset %r9, -96
	.cfi_offset %r10, -104
	.cfi_offset %r11, -112
	.cfi_offset %r12, -120
	.cfi_offset %r13, -128
	.cfi_offset %r14, -136
	.cfi_offset %r15, -144
.endm

#endif
#endif
