/* Where application memory may be: the user area and the low window (abi/kernel.h). */
#ifndef KERNEL_MM_AREA_H
#define KERNEL_MM_AREA_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/host/boot.h"

/* The end of the addresses that an x86-64 program can have. */
#define TASK_BYTES 0x7ffffffff000ull
/* Linux's vm.mmap_min_addr */
#define AREA_LOWEST 65536u

static inline bool area_is_low(uint64_t address)
{
	return address < kernel_boot()->user_base;
}

/* The end of the area that an address of the application is in. */
static inline uint64_t area_end(uint64_t address)
{
	const struct kernel_boot *boot = kernel_boot();

	return area_is_low(address) ? boot->low_end : boot->user_base + boot->user_bytes;
}

static inline uint64_t area_start(uint64_t address)
{
	const struct kernel_boot *boot = kernel_boot();

	return area_is_low(address) ? boot->low_start : boot->user_base;
}

/* Whether all of it lies in one of the areas. */
static inline bool area_has(uint64_t start, uint64_t bytes)
{
	uint64_t end = area_end(start);

	return start >= area_start(start) && start < end && bytes <= end - start;
}

#endif
