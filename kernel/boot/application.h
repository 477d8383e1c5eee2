/* The guest's first process, from nothing to the first instruction of its program. */
#ifndef KERNEL_BOOT_APPLICATION_H
#define KERNEL_BOOT_APPLICATION_H

#include <stdint.h>

/* Sets *ready to 1 and wakes its waiters when everything that processes share is there. */
_Noreturn void application_start(uint32_t *ready);

#endif
