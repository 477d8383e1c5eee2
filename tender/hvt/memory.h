/*
 * Guest memory of a virtual machine, and the one door to it. A guest address is a gpa_t, which nobody can dereference
 * by mistake: the functions here turn it into a pointer after checking that all of the range lies in memory, and for
 * writing that the host itself may write there.
 *
 * The guest may run while the tender works (the I/O thread), so whatever is judged is copied out first, once.
 */
#ifndef TENDER_HVT_MEMORY_H
#define TENDER_HVT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tender/elf/elf.h"

typedef struct {
	uint64_t value;
} gpa_t;

static inline gpa_t gpa(uint64_t value)
{
	return (gpa_t){value};
}

struct memory {
	uint8_t *base;
	uint64_t bytes;
	const struct elf_plan *plan; /* segments without PROT_WRITE are read-only for the host too */
};

/* The range as the host sees it; NULL if any of it lies outside of memory. */
const void *memory_readable(const struct memory *memory, gpa_t address, uint64_t size);

/* The same to write to; NULL also where a read-only segment lies in the range. */
void *memory_writable(const struct memory *memory, gpa_t address, uint64_t size);

/* Copies; false, and nothing done, if any of the range lies outside. */
bool memory_copy_in(const struct memory *memory, gpa_t address, void *to, size_t size);

#endif
