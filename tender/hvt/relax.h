/* A breath between two looks at memory that another CPU writes to. */
#ifndef TENDER_HVT_RELAX_H
#define TENDER_HVT_RELAX_H

static inline void cpu_relax(void)
{
#if defined(__x86_64__)
	__asm__ volatile("pause" : : : "memory");
#elif defined(__aarch64__)
	__asm__ volatile("yield" : : : "memory");
#endif
}

#endif
