/* The Linux system call convention of x86-64: returns a value or -errno. */
#ifndef ABI_ARCH_SYSCALL_H
#define ABI_ARCH_SYSCALL_H

#ifdef __clang_analyzer__
/* Of assembler the analyzer knows nothing; of an unknown function it knows that it writes to what it is given. */
long arch_syscall(long number, long a0, long a1, long a2, long a3, long a4, long a5);
#else
static inline long arch_syscall(long number, long a0, long a1, long a2, long a3, long a4, long a5)
{
	long result;
	register long r10 __asm__("r10") = a3;
	register long r8 __asm__("r8") = a4;
	register long r9 __asm__("r9") = a5;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a0), "S"(a1), "d"(a2), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}
#endif

#endif
