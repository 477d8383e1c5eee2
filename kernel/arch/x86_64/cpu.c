/* Segment bases and what CPUID says. */
#include "arch.h"
#include "arch_thread.h"

#include <cpuid.h>

#define HWCAP2_FSGSBASE 2u
/* Legacy frame, siginfo and ucontext in front of the extended state, and its alignment. */
#define SIGNAL_FRAME_FIXED_BYTES 1024

void arch_thread_set(struct thread *thread)
{
	__asm__ volatile("wrgsbase %0" : : "r"(thread) : "memory");
}

void arch_set_fs(uint64_t base)
{
	__asm__ volatile("wrfsbase %0" : : "r"(base) : "memory");
}

uint64_t arch_get_fs(void)
{
	uint64_t base;

	__asm__ volatile("rdfsbase %0" : "=r"(base));
	return base;
}

uint64_t arch_hwcap(void)
{
	unsigned a, b, c, d;

	__cpuid(1, a, b, c, d);
	return d;
}

uint64_t arch_hwcap2(void)
{
	return HWCAP2_FSGSBASE;
}

uint64_t arch_signal_frame_bytes(void)
{
	unsigned a, b, c, d;

	__cpuid_count(0xd, 0, a, b, c, d);
	return SIGNAL_FRAME_FIXED_BYTES + b;
}

unsigned arch_cpu(void)
{
	uint64_t cpu;

	__asm__ volatile("rdpid %0" : "=r"(cpu));
	return (unsigned)cpu & 0xfff;
}
