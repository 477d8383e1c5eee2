/* How an x86-64 guest leaves its virtual machine, and what it does to its CPU. */
#ifndef SOLO5_ARCH_HVT_HYPERCALL_H
#define SOLO5_ARCH_HVT_HYPERCALL_H

#include <stddef.h>
#include <stdint.h>

#include "abi/solo5_hvt.h"

#define MSR_FS_BASE 0xc0000100u

static inline void hypercall_arch(unsigned number, uint32_t address)
{
	__asm__ volatile("outl %0, %w1" : : "a"(address), "d"(HVT_PORT_BASE + number) : "memory");
}

static inline void hypercall_kick(void)
{
	__asm__ volatile("outl %0, %w1" : : "a"(0), "d"(HVT_PORT_KICK) : "memory");
}

static inline void hypercall_relax(void)
{
	__asm__ volatile("pause" : : : "memory");
}

/* In as few steps as can be: where guests are interpreted, each costs a microsecond. */
static inline void hypercall_copy(uint8_t *to, const uint8_t *from, size_t size)
{
	size_t words = size / sizeof(uint64_t);
	size_t rest = size % sizeof(uint64_t);

	__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(rest) : : "memory");
}

static inline void tls_base_set(uintptr_t base)
{
	__asm__ volatile("wrmsr" : : "c"(MSR_FS_BASE), "a"((uint32_t)base), "d"((uint32_t)(base >> 32)) : "memory");
}

#endif
