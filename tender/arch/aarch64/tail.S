/* The tender's last instructions on aarch64: see tender/spt/tail.h. x0 = struct tail; no stack is used. */
#include <asm/unistd.h>

#include "tender/spt/tail.h"

#define SECCOMP_SET_MODE_FILTER 1

	.globl tail_enter, tail_code, tail_size
	.hidden tail_enter, tail_code, tail_size

tail_code:
	mov x19, x0
	ldr x9, [x19, #TAIL_TLS]
	msr tpidr_el0, x9

	ldp x0, x1, [x19, #TAIL_UNMAP]
	cbz x1, 1f
	mov x8, #__NR_munmap
	svc #0
	cbnz x0, fail
1:	ldp x0, x1, [x19, #(TAIL_UNMAP + 16)]
	cbz x1, 2f
	mov x8, #__NR_munmap
	svc #0
	cbnz x0, fail

2:	ldr x9, [x19, #TAIL_FILTER_LENGTH]
	cbz x9, 3f
	mov x0, #SECCOMP_SET_MODE_FILTER
	mov x1, #0
	add x2, x19, #TAIL_FILTER_LENGTH
	mov x8, #__NR_seccomp
	svc #0
	cbnz x0, fail

3:	ldr x16, [x19, #TAIL_ENTRY]
	ldr x0, [x19, #TAIL_BOOT_INFO]
	ldr x9, [x19, #TAIL_STACK]
	mov sp, x9
	ldr x10, [x19, #TAIL_BYTES]
4:	str xzr, [x19], #8
	subs x10, x10, #8
	b.ne 4b
	.irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	mov x\n, #0
	.endr
	.irp n, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
	mov x\n, #0
	.endr
	br x16

fail:
	mov x0, #1
	adr x1, message
	mov x2, #(message_end - message)
	mov x8, #__NR_write
	svc #0
	mov x0, #1
	mov x8, #__NR_exit_group
	svc #0
	brk #1
message:
	.ascii "solo5-spt: the host kernel refused the seccomp filter or the unmapping\n"
message_end:
	.balign 8
tail_code_end:

/* The kernel brought the copy to the instruction stream when it made its page executable. */
tail_enter:
	mov x2, x0
	mov x0, x1
	br x2

	.section .rodata
	.balign 8
tail_size:
	.quad tail_code_end - tail_code

	.section .note.GNU-stack, "", @progbits
