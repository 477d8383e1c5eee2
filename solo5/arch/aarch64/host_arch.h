/* What differs on aarch64 among the host calls of the spt target. */
#ifndef SOLO5_HOST_ARCH_H
#define SOLO5_HOST_ARCH_H

#include <stdint.h>

#define HOST_VDSO_CLOCK_GETTIME "__kernel_clock_gettime"

static inline long host_set_tls_base(uintptr_t base)
{
	__asm__ volatile("msr tpidr_el0, %0" : : "r"(base) : "memory");
	return 0;
}

#endif
