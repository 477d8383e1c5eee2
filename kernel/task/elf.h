/*
 * Executables in the ELF format, as the application's files have them: read, checked, mapped. Rules: elf(5), System V
 * ABI.
 */
#ifndef KERNEL_TASK_ELF_H
#define KERNEL_TASK_ELF_H

#include <linux/elf.h>
#include <stdbool.h>

#include "kernel/vfs/file.h"

#define ELF_HEADERS_MAX 64

struct elf {
	struct file *file; /* the caller's */
	Elf64_Ehdr header;
	Elf64_Phdr segments[ELF_HEADERS_MAX];
	uint64_t start;                /* of the pages of all PT_LOAD segments, as linked */
	uint64_t end;                  /* page-aligned */
	const Elf64_Phdr *interpreter; /* PT_INTERP or NULL */
	bool executable_stack;
};

/* Where it came to lie. */
struct elf_place {
	uint64_t bias; /* to add to addresses in the file */
	uint64_t entry;
	uint64_t headers; /* address of the program headers; 0: not mapped */
	uint64_t end;     /* behind its last page */
	/*
	 * As /proc/PID/stat has them: from the first to the last executable byte; the last segment's start, the last
	 * byte.
	 */
	uint64_t code_start, code_end, data_start, data_end;
};

/* Reads and checks the headers of a program for this machine. -ENOEXEC, -EIO, -ENOMEM. */
int elf_read(struct file *file, struct elf *elf);
/* Reads the interpreter's path, NUL-terminated, at most `size` bytes: -ENOEXEC. */
int elf_interpreter(const struct elf *elf, char *path, size_t size);
/* Maps it into the calling process: fixed programs where they belong, others at `hint` (0: anywhere). */
int elf_map(const struct elf *elf, uint64_t hint, struct elf_place *place);

#endif
