/* Loads the whole processor, goes to a system call site, stores the whole processor. See torture.h. */
#include "torture.h"

	.bss
	.macro variable name, bytes
	.globl	\name
	.balign	64
\name:	.skip	\bytes
	.endm
	variable torture_registers_in, 128
	variable torture_registers_out, 128
	variable torture_flags_in, 8
	variable torture_flags_out, 8
	variable torture_vectors_in, TORTURE_VECTORS_BYTES
	variable torture_vectors_out, TORTURE_VECTORS_BYTES
	variable torture_masks_in, 64
	variable torture_masks_out, 64
	variable torture_legacy_in, 512
	variable torture_legacy_out, 512
	variable torture_level, 4
	variable torture_site, 8
	variable own_stack, 8
	variable own_legacy, 512

	.text
	.macro general operation
	.irp pair, "0,rax", "1,rcx", "2,rdx", "3,rbx", "5,rbp", "6,rsi", "7,rdi", "8,r8", \
		"9,r9", "10,r10", "11,r11", "12,r12", "13,r13", "14,r14", "15,r15"
	\operation \pair
	.endr
	.endm
	.macro load number, register
	mov	torture_registers_in + 8 * \number(%rip), %\register
	.endm
	.macro store number, register
	mov	%\register, torture_registers_out + 8 * \number(%rip)
	.endm

	.globl	torture_enter
	.type	torture_enter, @function
torture_enter:
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	fxsave64 own_legacy(%rip)
	mov	%rsp, own_stack(%rip)
	fxrstor64 torture_legacy_in(%rip)
	call	vectors_load
	pushq	torture_flags_in(%rip)
	popfq
	general load
	mov	torture_registers_in + 8 * 4(%rip), %rsp
	jmp	*torture_site(%rip)

	/* Nothing may be pushed before the stack is ours again: the red zone is looked at. */
	.globl	torture_back
torture_back:
	general store
	mov	%rsp, torture_registers_out + 8 * 4(%rip)
	mov	own_stack(%rip), %rsp
	pushfq
	popq	torture_flags_out(%rip)
	cld
	call	vectors_store
	fxsave64 torture_legacy_out(%rip)
	fxrstor64 own_legacy(%rip)
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret
	.size	torture_enter, . - torture_enter

	.altmacro
	.macro load_one operation, register, index, memory
	\operation \memory + TORTURE_VECTOR_BYTES * \index(%rip), %\register\index
	.endm
	.macro store_one operation, register, index, memory
	\operation %\register\index, \memory + TORTURE_VECTOR_BYTES * \index(%rip)
	.endm
	.macro vectors which, operation, register, count, memory
	.set	index, 0
	.rept	\count
	\which	\operation, \register, %index, \memory
	.set	index, index + 1
	.endr
	.endm
	.macro mask_load index
	kmovq	torture_masks_in + 8 * \index(%rip), %k\index
	.endm
	.macro mask_store index
	kmovq	%k\index, torture_masks_out + 8 * \index(%rip)
	.endm
	.macro masks which
	.set	index, 0
	.rept	TORTURE_MASKS
	\which	%index
	.set	index, index + 1
	.endr
	.endm

vectors_load:
	cmpl	$1, torture_level(%rip)
	ja	2f
	je	1f
	vectors	load_one, movaps, xmm, 16, torture_vectors_in
	ret
1:	vectors	load_one, vmovaps, ymm, 16, torture_vectors_in
	ret
2:	vectors	load_one, vmovaps, zmm, 32, torture_vectors_in
	masks	mask_load
	ret

vectors_store:
	cmpl	$1, torture_level(%rip)
	ja	2f
	je	1f
	vectors	store_one, movaps, xmm, 16, torture_vectors_out
	ret
1:	vectors	store_one, vmovaps, ymm, 16, torture_vectors_out
	vzeroupper
	ret
2:	vectors	store_one, vmovaps, zmm, 32, torture_vectors_out
	masks	mask_store
	vzeroupper
	ret
	.noaltmacro

	.section .note.GNU-stack, "", @progbits
