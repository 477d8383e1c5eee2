/* Entries of the traps: registers as struct trap_frame of traps.c has them, then C, which does not return. */
#define VECTOR_COUNT 32
/* The CPU pushes an error code for these: 8 10-14 17 21 29 30. */
#define WITH_CODE 0x60227d00

	.altmacro
	.macro vector number
vector_\number:
	.if !((WITH_CODE >> \number) & 1)
	push $0
	.endif
	push $\number
	jmp common
	.endm

	.macro vector_all
	.set i, 0
	.rept VECTOR_COUNT
	vector %i
	.set i, i + 1
	.endr
	.endm

	.macro address number
	.quad vector_\number
	.endm

	.text
	vector_all

common:
	push %rdi
	push %rsi
	push %rdx
	push %rcx
	push %rax
	push %r8
	push %r9
	push %r10
	push %r11
	push %rbx
	push %rbp
	push %r12
	push %r13
	push %r14
	push %r15
	mov %rsp, %rdi
	cld
	call trap_handle
	ud2

	.section .rodata
	.balign 8
	.globl vectors
	.hidden vectors
vectors:
	.set i, 0
	.rept VECTOR_COUNT
	address %i
	.set i, i + 1
	.endr

	.section .note.GNU-stack, "", @progbits
