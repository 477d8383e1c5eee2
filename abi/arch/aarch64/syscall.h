/* The Linux system call convention of aarch64: returns a value or -errno. */
#ifndef ABI_ARCH_SYSCALL_H
#define ABI_ARCH_SYSCALL_H

#ifdef __clang_analyzer__
/* Of assembler the analyzer knows nothing; of an unknown function it knows that it writes to what it is given. */
long arch_syscall(long number, long a0, long a1, long a2, long a3, long a4, long a5);
#else
static inline long arch_syscall(long number, long a0, long a1, long a2, long a3, long a4, long a5)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a0;
	register long x1 __asm__("x1") = a1;
	register long x2 __asm__("x2") = a2;
	register long x3 __asm__("x3") = a3;
	register long x4 __asm__("x4") = a4;
	register long x5 __asm__("x5") = a5;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory", "cc");
	return x0;
}
#endif

#endif
