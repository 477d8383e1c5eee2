/* Segment bases and what CPUID says. */
#include "arch.h"
#include "arch_thread.h"

#include <cpuid.h>
#include <stdbool.h>

#define HWCAP2_FSGSBASE 2u
/* Legacy frame, siginfo and ucontext in front of the extended state, and its alignment. */
#define SIGNAL_FRAME_FIXED_BYTES 1024
/* Of CPUID leaf 7, ECX. Without RDPID, Linux's segment whose limit is the CPU's number: slower, and always there. */
#define RDPID_BIT (1u << 22)
#define CPU_SEGMENT 0x7b

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

/*
 * What CPUID says never changes, and under a hypervisor each look costs microseconds: the first one is remembered, for
 * all processes. Whoever is first may be two, who find the same.
 */
static uint32_t features_known;
static uint32_t xstate_bytes_known;

uint64_t arch_hwcap(void)
{
	unsigned a, b, c, d = __atomic_load_n(&features_known, __ATOMIC_RELAXED);

	if (!d) {
		__cpuid(1, a, b, c, d);
		__atomic_store_n(&features_known, d, __ATOMIC_RELAXED);
	}
	return d;
}

uint64_t arch_hwcap2(void)
{
	return HWCAP2_FSGSBASE;
}

uint32_t arch_xstate_bytes(void)
{
	unsigned a, b = __atomic_load_n(&xstate_bytes_known, __ATOMIC_RELAXED), c, d;

	if (!b) {
		__cpuid_count(0xd, 0, a, b, c, d);
		__atomic_store_n(&xstate_bytes_known, b, __ATOMIC_RELAXED);
	}
	return b;
}

uint64_t arch_signal_frame_bytes(void)
{
	return SIGNAL_FRAME_FIXED_BYTES + arch_xstate_bytes();
}

static bool has_rdpid(void)
{
	static enum { UNKNOWN, NO, YES } answer;
	int known = __atomic_load_n(&answer, __ATOMIC_RELAXED);
	unsigned a, b, c, d;

	if (known == UNKNOWN) {
		__cpuid_count(7, 0, a, b, c, d);
		known = c & RDPID_BIT ? YES : NO;
		__atomic_store_n(&answer, known, __ATOMIC_RELAXED);
	}
	return known == YES;
}

unsigned arch_cpu(void)
{
	uint64_t cpu;

	if (has_rdpid())
		__asm__ volatile("rdpid %0" : "=r"(cpu));
	else
		__asm__ volatile("lslq %1, %0" : "=r"(cpu) : "r"((uint64_t)CPU_SEGMENT) : "cc");
	return (unsigned)cpu & 0xfff;
}
