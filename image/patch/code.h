/* The code of an ELF file: where it is in file and memory, and marks on its bytes. */
#ifndef IMAGE_PATCH_CODE_H
#define IMAGE_PATCH_CODE_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CODE_PAGE 4096u
#define CODE_SEGMENTS_MAX 32
#define CODE_RANGES_MAX 64

/* A run of bytes inside one executable segment. */
struct code_range {
	uint64_t vaddr;
	uint64_t size;
	uint64_t file_offset;
	const uint8_t *bytes;
	uint64_t *targets; /* a bit per byte: a branch may go there */
	uint64_t *anchors; /* an instruction is known to begin there */
};

struct code {
	const uint8_t *file;
	uint64_t file_bytes;
	Elf64_Ehdr header;
	Elf64_Phdr segments[CODE_SEGMENTS_MAX]; /* of all kinds */
	unsigned segment_count;
	uint64_t vaddr_start; /* of all PT_LOAD, whole pages */
	uint64_t vaddr_end;
	struct code_range ranges[CODE_RANGES_MAX]; /* by address */
	unsigned range_count;
	uint64_t table_entries; /* looked at by the sweep */
};

/* False: not an ELF file this library can patch, or its headers contradict themselves. Nothing is to be freed. */
bool code_open(struct code *code, const void *file, size_t bytes);

/* Allocates the marks. False: out of memory. Marks are freed by code_close. */
bool code_marks_make(struct code *code);
void code_close(struct code *code);

/* The range with an address, or NULL. */
struct code_range *code_range_find(struct code *code, uint64_t vaddr);

/* The bytes that the file has for [vaddr, vaddr + *bytes), *bytes clipped to what there is; NULL: none. */
const uint8_t *code_bytes(const struct code *code, uint64_t vaddr, uint64_t *bytes);

/* Ignore addresses outside the code. */
void code_target_mark(struct code *code, uint64_t vaddr);
void code_anchor_mark(struct code *code, uint64_t vaddr);

static inline bool code_bit(const uint64_t *bits, uint64_t index)
{
	return bits[index / 64] >> index % 64 & 1;
}

#endif
