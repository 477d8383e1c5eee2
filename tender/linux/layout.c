/* Addresses of a Linux guest: see layout.h. */
#include "tender/linux/layout.h"

#include <errno.h>
#include <linux/mman.h>

#include "tender/host/host.h"

#define ADDRESS_UNITS (1u << 15) /* 47 bits of address space */
/* Above the tender itself (tender.lds), and what is left below the initial stack and the vDSO. */
#define UNIT_FIRST 128u
#define UNIT_LAST (ADDRESS_UNITS - 32u)
#define PLACE_ATTEMPTS 64

#define USER_BYTES_MAX (16ull << 40)
/* Page tables of up to 2 GiB */
#define USER_BYTES_UNLIMITED (1ull << 40)
#define USER_BYTES_MIN (64ull << 30)
/*
 * Where there is no reason to be sparing it begins below 4 TiB and ends above 20 TiB, wherever exactly: OpenJDK's ZGC
 * wants its heap at 4, 8 and 16 TiB, since bits of its pointers say which.
 */
#define USER_BYTES_WIDE (20ull << 40)
#define UNIT_WIDE_LAST ((24ull << 40) / LAYOUT_UNIT_BYTES)

uint64_t layout_arena_bytes(uint64_t mem_bytes)
{
	return (4 * mem_bytes + LAYOUT_UNIT_BYTES - 1) & ~(LAYOUT_UNIT_BYTES - 1);
}

int layout_arena(struct layout *layout, uint64_t pointer_count, uint64_t string_bytes, uint64_t data_bytes,
		 struct error *error)
{
	uint64_t next;

	layout->vectors = sizeof(struct kernel_boot);
	layout->strings = layout->vectors + pointer_count * sizeof(uint64_t);
	layout->data = linux_page_up(layout->strings + string_bytes);
	next = layout->data + linux_page_up(data_bytes);
	for (unsigned role = 0; role < 2; role++) {
		layout->signal_stacks[role] = next;
		layout->stacks[role] = next + KERNEL_SIGNAL_STACK_BYTES + KERNEL_BOOT_STACK_BYTES;
		next = layout->stacks[role];
	}
	layout->statistics = next;
	layout->heap = linux_page_up(next + sizeof(struct kernel_statistics));
	if (layout->heap > layout->arena_bytes / 2)
		return error_set(error, "Kernel and arguments need %lu MiB of memory: give more with --mem",
				 (unsigned long)(layout->heap >> 20));
	return 0;
}

/* In units. */
struct range {
	uint64_t first, last;
};

#define ANYWHERE ((struct range){UNIT_FIRST, UNIT_LAST})
#define WIDE ((struct range){UNIT_FIRST, UNIT_WIDE_LAST})
#define ABOVE_WIDE ((struct range){UNIT_WIDE_LAST, UNIT_LAST})

/* Reserves `bytes` (whole units) at a random place there. Returns its address or -errno. */
static long place_reserve(uint64_t bytes, struct range range, const uint16_t *random)
{
	uint64_t units = bytes / LAYOUT_UNIT_BYTES;
	long result = -ENOMEM;

	if (units > range.last - range.first)
		return -ENOMEM;
	for (unsigned i = 0; i < PLACE_ATTEMPTS; i++) {
		uint64_t unit = range.first + random[i] % (range.last - range.first - units + 1);

		result = host_mmap(unit * LAYOUT_UNIT_BYTES, bytes, PROT_NONE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
		if (result != -EEXIST)
			break;
	}
	return result;
}

/* The same with 4 GiB of nothing behind, to *address. Returns 0 or -errno. */
static long guarded_reserve(uint64_t bytes, struct range range, uint64_t *address)
{
	uint16_t random[PLACE_ATTEMPTS];
	long result = host_getrandom(random, sizeof(random));

	if (result < 0)
		return result;
	result = place_reserve(bytes + LAYOUT_UNIT_BYTES, range, random);
	if (result < 0)
		return result;
	*address = (uint64_t)result;
	return 0;
}

/* As much as there is, where the number of addresses is limited. */
static long user_reserve(struct layout *layout, bool is_limited)
{
	long result;

	layout->user_bytes = USER_BYTES_WIDE;
	if (is_limited && guarded_reserve(layout->user_bytes, WIDE, &layout->user) == 0)
		return 0;
	layout->user_bytes = is_limited ? USER_BYTES_MAX : USER_BYTES_UNLIMITED;
	for (;;) {
		result = guarded_reserve(layout->user_bytes, ANYWHERE, &layout->user);
		if (result != -ENOMEM || layout->user_bytes == USER_BYTES_MIN)
			return result;
		layout->user_bytes /= 2;
	}
}

int layout_reserve(struct layout *layout, uint64_t image_bytes, bool is_limited, struct error *error)
{
	uint64_t image_units = layout_file_bytes(image_bytes);
	long result = guarded_reserve(KERNEL_SLOT_BYTES, ABOVE_WIDE, &layout->slot);

	if (result >= 0)
		result = guarded_reserve(layout->arena_bytes, ABOVE_WIDE, &layout->arena);
	if (result >= 0)
		result = guarded_reserve(image_units, ABOVE_WIDE, &layout->image);
	if (result >= 0)
		result = user_reserve(layout, is_limited);
	if (result < 0)
		return error_set(error, "Could not reserve %lu GiB of addresses: %s; is there a limit (ulimit -v)?",
				 (unsigned long)((layout->arena_bytes + image_units + USER_BYTES_MIN) >> 30),
				 error_name(-result));
	return 0;
}
