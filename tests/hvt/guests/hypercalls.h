/* Hypercalls made by hand, as a guest would that does not keep to the rules. */
#ifndef TESTS_HVT_GUESTS_HYPERCALLS_H
#define TESTS_HVT_GUESTS_HYPERCALLS_H

#include <stdint.h>

#include "abi/solo5_hvt.h"

static inline void hypercall_to(unsigned number, uint32_t address)
{
#if defined(__x86_64__)
	__asm__ volatile("outl %0, %w1" : : "a"(address), "d"(HVT_PORT_BASE + number) : "memory");
#elif defined(__aarch64__)
	*(volatile uint32_t *)(HVT_MMIO_BASE + 8ull * number) = address;
#endif
}

static inline void hypercall(unsigned number, volatile void *arguments)
{
	hypercall_to(number, (uint32_t)(uintptr_t)arguments);
}

static inline const struct hvt_boot_info *boot_info(void)
{
	const struct hvt_boot_info *boot = (const struct hvt_boot_info *)(uintptr_t)HVT_BOOT_INFO;

	/* The compiler must not reason about an object at a constant address. */
	__asm__("" : "+r"(boot));
	return boot;
}

#endif
