/* The least a process can be: exit_group(0). Every start is measured against it. */
#include <asm/unistd.h>

	.globl _start
_start:
	xor %edi, %edi
	mov $__NR_exit_group, %eax
	syscall

	.section .note.GNU-stack, "", %progbits
