/* What an ELF file for x86-64 says to its loader: names in its dynamic section. Nothing in the file is believed. */
#ifndef IMAGE_ELF_DYNAMIC_H
#define IMAGE_ELF_DYNAMIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_dynamic {
	const uint8_t *entries; /* Elf64_Dyn, not aligned; DT_NULL is not among them */
	size_t count;
	const char *strings;
	size_t strings_bytes;
	bool is_library; /* ET_DYN: others are not taken for libraries */
};

/*
 * False: no ELF file for x86-64, or its headers lead out of it. Without a dynamic section there are no entries.
 * `dynamic` points into the bytes.
 */
bool elf_dynamic_open(struct elf_dynamic *dynamic, const void *bytes, size_t size);

/* The next string with a tag (DT_NEEDED, DT_RPATH, ...), from entry *at on, which moves behind it. NULL: no more. */
const char *elf_dynamic_next(const struct elf_dynamic *dynamic, int64_t tag, size_t *at);

#endif
