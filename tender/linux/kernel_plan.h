/*
 * The library kernel's ELF file: what of it goes where in its slot. Pure: judges bytes, changes nothing.
 * The contract is abi/kernel.h's.
 */
#ifndef TENDER_LINUX_KERNEL_PLAN_H
#define TENDER_LINUX_KERNEL_PLAN_H

#include "abi/kernel.h"
#include "tender/elf/elf.h"

#define LINUX_PAGE_BYTES 4096u

static inline uint64_t linux_page_down(uint64_t value)
{
	return value & ~(uint64_t)(LINUX_PAGE_BYTES - 1);
}

static inline uint64_t linux_page_up(uint64_t value)
{
	return linux_page_down(value + LINUX_PAGE_BYTES - 1);
}

/* A read-only segment: its pages are mapped from the file. Addresses are from the slot's start, pages whole. */
struct kernel_segment {
	uint64_t start;
	uint64_t end;
	uint64_t file_offset;
	int prot;
};

/* The writable segment: its pages [start, end) are the arena's. */
struct kernel_data {
	uint64_t start;
	uint64_t end;
	uint64_t address; /* of its first byte, at or behind start */
	uint64_t file_offset;
	uint64_t file_bytes; /* the rest is zero */
};

struct kernel_plan {
	uint64_t entry;
	uint64_t signal_handler;
	uint64_t signal_return;
	unsigned count;
	struct kernel_segment segments[ELF_PHDR_MAX];
	struct kernel_data data; /* start == end: the kernel has none */
};

/* Lays out the segments of a file of file_bytes. Returns 0, or -1 with *error. */
int kernel_plan_make(const struct elf_image *image, uint64_t file_bytes, const char *name, struct kernel_plan *plan,
		     struct error *error);

/* Takes over what the kernel's first bytes say. Returns 0, or -1 with *error. */
int kernel_plan_header(struct kernel_plan *plan, const struct kernel_header *header, const char *name,
		       struct error *error);

#endif
