/*
 * A Solo5 executable in the making, laid out as in a file: ELF header, program headers, contents.
 * Tests spoil its fields and read it through a memory source.
 */
#ifndef TESTS_UNIT_ELF_FILE_H
#define TESTS_UNIT_ELF_FILE_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

#include "tender/elf/source.h"

#define ELF_FILE_NAME "kernel"
#define ELF_FILE_DATA_MAX 0x4000

struct elf_file {
	Elf64_Ehdr header;
	Elf64_Phdr phdrs[ELF_PHDR_MAX + 1];
	uint8_t data[ELF_FILE_DATA_MAX];
	size_t data_used; /* not in the file: how much of data is */
};

/* An x86-64 executable with a valid header and no program headers. */
void elf_file_start(struct elf_file *file);

/* The next program header, zeroed and counted in the ELF header. */
Elf64_Phdr *elf_file_phdr(struct elf_file *file, uint32_t type);

/* A note in a PT_NOTE of its own. The name's size counts its NUL; desc follows the padded name directly. */
Elf64_Phdr *elf_file_note(struct elf_file *file, const char *name, uint32_t name_bytes, uint32_t type, const void *desc,
			  uint32_t desc_bytes);

/* Reads the file as far as it was filled. */
struct elf_source elf_file_source(const struct elf_file *file);

/* For a source nothing of which can be read: -EIO. */
long nothing_read_at(const struct elf_source *source, void *buf, size_t size, uint64_t offset);

#endif
