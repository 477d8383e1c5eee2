/* Functions of the host's vDSO, which maps a small ELF shared object into every process. */
#ifndef FREESTANDING_VDSO_H
#define FREESTANDING_VDSO_H

#include <stdint.h>

/* The address of the function in the vDSO whose ELF header is at `address`; 0 if there is none, or no vDSO. */
uintptr_t vdso_lookup(uint64_t address, const char *name);

#endif
