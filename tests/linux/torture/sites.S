/* System call sites. The first kind is what compilers and C libraries make; the other leaves a patcher no room. */
#include "torture.h"

	.text
	.macro patchable name, number
	.globl	torture_site_\name, torture_site_\name\()_end
	.balign	16
torture_site_\name:
	mov	$\number, %eax
	syscall
torture_site_\name\()_end:
	jmp	torture_back
	.endm
#define PATCHABLE(name, number) patchable name, number;
	TORTURE_CALLS(PATCHABLE)

	/* One for every number, in order. */
	.globl	torture_sites
	.balign	TORTURE_SITE_BYTES
torture_sites:
	.set	number, 0
	.rept	TORTURE_NUMBERS
	.balign	TORTURE_SITE_BYTES
	mov	$number, %eax
	syscall
	jmp	torture_back
	.set	number, number + 1
	.endr

	/* Both ends of the instruction are jumped to, nothing in front of it falls into it. */
	.globl	torture_site_bare, torture_site_bare_end
	.balign	16
	jmp	torture_site_bare_end
torture_site_bare:
	syscall
torture_site_bare_end:
	jmp	torture_back
	jmp	torture_site_bare

	.section .note.GNU-stack, "", @progbits
