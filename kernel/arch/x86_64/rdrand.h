/* The CPU's random numbers: one source among others, never the only one. */
#ifndef KERNEL_ARCH_RDRAND_H
#define KERNEL_ARCH_RDRAND_H

#include <stdbool.h>
#include <stdint.h>

#define CPUID_1_ECX_RDRAND (1u << 30)
#define RDRAND_ATTEMPTS 10 /* Intel's advice before one takes it for broken */

/* Costs microseconds in a virtual machine: ask once. */
static inline bool arch_random_available(void)
{
	uint32_t eax = 1, ebx, ecx = 0, edx;

	__asm__("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	return ecx & CPUID_1_ECX_RDRAND;
}

/* False if there is no number to be had now. Only where arch_random_available. */
static inline bool arch_random_word(uint64_t *out)
{
	for (int attempt = 0; attempt < RDRAND_ATTEMPTS; attempt++) {
		bool valid;

		__asm__ volatile("rdrand %0" : "=r"(*out), "=@ccc"(valid));
		if (valid)
			return true;
	}
	return false;
}

#endif
