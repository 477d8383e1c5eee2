/*
 * Where things lie in the address space of a Linux guest, and where in its arena: abi/kernel.h. Pure but for
 * layout_reserve.
 */
#ifndef TENDER_LINUX_LAYOUT_H
#define TENDER_LINUX_LAYOUT_H

#include <stdbool.h>

#include "tender/linux/kernel_plan.h"

#define LAYOUT_UNIT_BYTES (1ull << 32) /* everything begins at a multiple of this */

/* The low window: what mmap_min_addr usually leaves, up to 4 GiB. */
#define LAYOUT_LOW_START 0x10000ull
#define LAYOUT_LOW_END (1ull << 32)

struct layout {
	uint64_t slot;
	uint64_t arena;
	uint64_t arena_bytes;
	uint64_t user;
	uint64_t user_bytes;
	uint64_t image;
	/* Offsets in the arena; before them struct kernel_boot. */
	uint64_t vectors; /* argument and environment pointers */
	uint64_t strings;
	uint64_t data; /* the kernel's writable segment, from the page of its first byte on */
	uint64_t signal_stacks[2];
	uint64_t stacks[2]; /* their tops */
	uint64_t statistics;
	uint64_t heap;
};

/*
 * The arena of a guest with mem_bytes: four times as much, so that a heap that fragments and sparse files find room
 * when the memory limit is long reached; in whole units, which makes the filter's comparison one of upper halves.
 */
uint64_t layout_arena_bytes(uint64_t mem_bytes);

/*
 * Places everything at the arena's beginning. Returns 0, or -1 with *error if it does not fit into half of the arena
 * (arena_bytes is set).
 */
int layout_arena(struct layout *layout, uint64_t pointer_count, uint64_t string_bytes, uint64_t data_bytes,
		 struct error *error);

/*
 * Reserves slot, arena, user area and the image's place at random addresses, with nothing accessible in them, and
 * 4 GiB of the same behind each. User memory is as large as the address space and its limit allow, but smaller if no
 * group limits the guest's memory: nothing else bounds its page tables. Returns 0, or -1 with *error.
 */
int layout_reserve(struct layout *layout, uint64_t image_bytes, bool is_limited, struct error *error);

/* What a file takes in the image's place, in whole units: the next one begins behind. */
static inline uint64_t layout_file_bytes(uint64_t bytes)
{
	return (bytes + LAYOUT_UNIT_BYTES - 1) & ~(LAYOUT_UNIT_BYTES - 1);
}

#endif
