/* What a thread does between two looks at a word that another CPU is about to change. */
#ifndef KERNEL_ARCH_RELAX_H
#define KERNEL_ARCH_RELAX_H

static inline void arch_relax(void)
{
	__asm__ volatile("pause" ::: "memory");
}

#endif
