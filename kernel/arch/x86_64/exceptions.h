/* Instructions of the kernel that may fault on application memory, and where they continue then (copy.S). */
#ifndef KERNEL_ARCH_EXCEPTIONS_H
#define KERNEL_ARCH_EXCEPTIONS_H

#include <stdint.h>

/* Where to go on after a fault at the address, or 0: a fault there is a bug. */
uint64_t exception_resume(uint64_t address);

#endif
