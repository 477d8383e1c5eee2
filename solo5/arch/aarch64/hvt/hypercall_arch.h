/* How an aarch64 guest leaves its virtual machine, and what it does to its CPU. */
#ifndef SOLO5_ARCH_HVT_HYPERCALL_H
#define SOLO5_ARCH_HVT_HYPERCALL_H

#include <stddef.h>
#include <stdint.h>

#include "abi/solo5_hvt.h"

/* One plain store: the host kernel tells the tender of no other instruction. */
static inline void hypercall_store(uint64_t place, uint32_t value)
{
	__asm__ volatile("str %w0, [%1]" : : "rZ"(value), "r"(place) : "memory");
}

static inline void hypercall_arch(unsigned number, uint32_t address)
{
	hypercall_store(HVT_MMIO_BASE + 8ull * number, address);
}

static inline void hypercall_kick(void)
{
	hypercall_store(HVT_MMIO_KICK, 0);
}

static inline void hypercall_relax(void)
{
	__asm__ volatile("yield" : : : "memory");
}

static inline void hypercall_copy(uint8_t *to, const uint8_t *from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		to[i] = from[i];
}

static inline void tls_base_set(uintptr_t base)
{
	__asm__ volatile("msr tpidr_el0, %0" : : "r"(base) : "memory");
}

#endif
