/* The tender's last instructions on x86-64: see tender/spt/tail.h. rdi = struct tail; no stack is used. */
#include <asm/unistd.h>

#include "tender/spt/tail.h"

#define ARCH_SET_FS 0x1002
#define SECCOMP_SET_MODE_FILTER 1

	.globl tail_enter, tail_code, tail_size
	.hidden tail_enter, tail_code, tail_size

tail_enter:
	mov %rdi, %rax
	mov %rsi, %rdi
	jmp *%rax

tail_code:
	mov %rdi, %rbx
	mov $ARCH_SET_FS, %edi
	mov TAIL_TLS(%rbx), %rsi
	mov $__NR_arch_prctl, %eax
	syscall

	mov TAIL_UNMAP + 8(%rbx), %rsi
	test %rsi, %rsi
	jz 1f
	mov TAIL_UNMAP(%rbx), %rdi
	mov $__NR_munmap, %eax
	syscall
	test %rax, %rax
	jnz fail
1:	mov TAIL_UNMAP + 24(%rbx), %rsi
	test %rsi, %rsi
	jz 2f
	mov TAIL_UNMAP + 16(%rbx), %rdi
	mov $__NR_munmap, %eax
	syscall
	test %rax, %rax
	jnz fail

2:	cmpq $0, TAIL_FILTER_LENGTH(%rbx)
	je 3f
	mov $SECCOMP_SET_MODE_FILTER, %edi
	xor %esi, %esi
	lea TAIL_FILTER_LENGTH(%rbx), %rdx
	mov $__NR_seccomp, %eax
	syscall
	test %rax, %rax
	jnz fail

3:	mov TAIL_ENTRY(%rbx), %r15
	mov TAIL_BOOT_INFO(%rbx), %r14
	mov TAIL_STACK(%rbx), %rsp
	mov TAIL_BYTES(%rbx), %rcx
	mov %rbx, %rdi
	xor %eax, %eax
	rep stosb
	mov %r14, %rdi
	xor %ebx, %ebx
	xor %edx, %edx
	xor %esi, %esi
	xor %ebp, %ebp
	xor %r8d, %r8d
	xor %r9d, %r9d
	xor %r10d, %r10d
	xor %r11d, %r11d
	xor %r12d, %r12d
	xor %r13d, %r13d
	xor %r14d, %r14d
	jmp *%r15

fail:
	mov $1, %edi
	lea message(%rip), %rsi
	mov $message_end - message, %edx
	mov $__NR_write, %eax
	syscall
	mov $1, %edi
	mov $__NR_exit_group, %eax
	syscall
	ud2
message:
	.ascii "solo5-spt: the host kernel refused the seccomp filter or the unmapping\n"
message_end:
tail_code_end:

	.section .rodata
	.balign 8
tail_size:
	.quad tail_code_end - tail_code

	.section .note.GNU-stack, "", @progbits
