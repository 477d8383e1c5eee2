/* The hypercalls of the hvt target: the only place where the bindings leave the guest. */
#ifndef SOLO5_HVT_HYPERCALL_H
#define SOLO5_HVT_HYPERCALL_H

#include "abi/solo5_hvt.h"
#include "bindings.h"
#include "hypercall_arch.h"

/* Guest addresses are what the guest's pointers are: memory is mapped one to one, below 4 GiB. */
static inline void hypercall(enum hvt_hypercall number, volatile void *arguments)
{
	hypercall_arch(number, (uint32_t)(uintptr_t)arguments);
}

#endif
