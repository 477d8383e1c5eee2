/* The last instructions of a member of a Linux guest: see tender/linux/tail.h. rdi = struct linux_tail. */
#include <asm/unistd.h>

#include "tender/linux/tail.h"

#define SECCOMP_SET_MODE_FILTER 1

	.globl linux_tail_enter
	.hidden linux_tail_enter
linux_tail_enter:
	mov %rdi, %rbx
	mov LINUX_TAIL_UNMAP(%rbx), %rdi
	mov LINUX_TAIL_UNMAP + 8(%rbx), %rsi
	mov $__NR_munmap, %eax
	syscall
	test %rax, %rax
	jnz fail
	mov LINUX_TAIL_UNMAP + 16(%rbx), %rdi
	mov LINUX_TAIL_UNMAP + 24(%rbx), %rsi
	mov $__NR_munmap, %eax
	syscall
	test %rax, %rax
	jnz fail

	mov $SECCOMP_SET_MODE_FILTER, %edi
	xor %esi, %esi
	lea LINUX_TAIL_FILTER_LENGTH(%rbx), %rdx
	mov $__NR_seccomp, %eax
	syscall
	test %rax, %rax
	jnz fail

	mov LINUX_TAIL_ENTRY(%rbx), %rax
	mov LINUX_TAIL_BOOT(%rbx), %rdx
	mov LINUX_TAIL_ROLE(%rbx), %rsi
	mov LINUX_TAIL_STACK(%rbx), %rsp
	mov LINUX_TAIL_BYTES(%rbx), %rcx
	mov %rax, %rbp
	mov %rbx, %rdi
	xor %eax, %eax
	rep stosb
	mov %rdx, %rdi
	/* No register is left to jump through: all are to be zero. */
	push %rbp
	xor %ebx, %ebx
	xor %edx, %edx
	xor %ebp, %ebp
	xor %r8d, %r8d
	xor %r9d, %r9d
	xor %r10d, %r10d
	xor %r11d, %r11d
	xor %r12d, %r12d
	xor %r13d, %r13d
	xor %r14d, %r14d
	xor %r15d, %r15d
	ret

fail:
	mov $2, %edi
	lea message(%rip), %rsi
	mov $message_end - message, %edx
	mov $__NR_write, %eax
	syscall
	mov $1, %edi
	mov $__NR_exit_group, %eax
	syscall
	ud2

	.section .rodata
message:
	.ascii "tend: the host kernel refused the seccomp filter or the unmapping\n"
message_end:

	.section .note.GNU-stack, "", @progbits
