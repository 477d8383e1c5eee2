/*
 * Fault injection: in a build with KERNEL_FAULT_INJECTION allocations fail on purpose, of blocks (lib/heap.h) and of
 * pages (lib/pages.h) alike. Other builds have nothing of it.
 */
#ifndef KERNEL_LIB_FAULT_H
#define KERNEL_LIB_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef KERNEL_FAULT_INJECTION
/* So many allocations succeed, all further ones fail; SIZE_MAX: none fails. */
void fault_after(size_t allocations);
/* From now on one in so many fails, chosen by the seed: the same ones where the order of allocations is. */
void fault_some(uint64_t seed, uint64_t one_in);
/* Whether the allocation that asks is to fail. */
bool fault_is_due(void);
#else
static inline bool fault_is_due(void)
{
	return false;
}
#endif

#endif
