/* Guest memory, exactly as abi/solo5_spt.h says; addresses of the guest are addresses of the host. */
#ifndef TENDER_SPT_MEMORY_H
#define TENDER_SPT_MEMORY_H

#include "tender/spt/guest.h"

/* Guest addresses are host addresses in spt; the tender only ever writes to guest memory, before the guest runs. */
static inline void *guest_pointer(uint64_t address)
{
	return (void *)(uintptr_t)address;
}

/* Maps one page, zeroed, readable and writable. Returns its address or -errno. */
long memory_page_map(uint64_t address);

/* Maps everything from SPT_BOOT_INFO to the end of memory and loads the image. Returns 0, or -1 with *error. */
int memory_make(struct guest *guest, struct error *error);

#endif
