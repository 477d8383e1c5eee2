/* The door to guest memory: see memory.h. */
#include "tender/hvt/memory.h"

#include <linux/mman.h>
#include <string.h>

static bool is_inside(const struct memory *memory, gpa_t address, uint64_t size)
{
	return address.value <= memory->bytes && size <= memory->bytes - address.value;
}

const void *memory_readable(const struct memory *memory, gpa_t address, uint64_t size)
{
	return is_inside(memory, address, size) ? memory->base + address.value : NULL;
}

void *memory_writable(const struct memory *memory, gpa_t address, uint64_t size)
{
	if (!is_inside(memory, address, size))
		return NULL;
	for (unsigned i = 0; i < memory->plan->count; i++) {
		const struct elf_segment *segment = &memory->plan->segments[i];

		if (!(segment->prot & PROT_WRITE) && address.value < segment->end &&
		    address.value + size > segment->start)
			return NULL;
	}
	return memory->base + address.value;
}

bool memory_copy_in(const struct memory *memory, gpa_t address, void *to, size_t size)
{
	const void *from = memory_readable(memory, address, size);

	if (from)
		memcpy(to, from, size);
	return from;
}
