/* Where the tender jumps to. */
	.text
	.globl kernel_start
	.hidden kernel_start
	.type kernel_start, @function
kernel_start:
	/* RDI: struct kernel_boot; RSI: role. The stack is aligned. */
	xorl %ebp, %ebp
	call kernel_main
	ud2
	.size kernel_start, . - kernel_start

/* The host's signal frame begins at RSP; rt_sigreturn (15) is allowed from here only. */
	.globl signal_return
	.hidden signal_return
	.type signal_return, @function
signal_return:
	movl $15, %eax
	syscall
	ud2
	.size signal_return, . - signal_return

	.section .note.GNU-stack, "", @progbits
