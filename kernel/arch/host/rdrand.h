/* Unit tests get the same numbers every time: no CPU generator. */
#ifndef KERNEL_ARCH_RDRAND_H
#define KERNEL_ARCH_RDRAND_H

#include <stdbool.h>
#include <stdint.h>

static inline bool arch_random_available(void)
{
	return false;
}

static inline bool arch_random_word(uint64_t *out)
{
	(void)out;
	return false;
}

#endif
