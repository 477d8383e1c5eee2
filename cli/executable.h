/* A unikernel as a file, for the tools that only look at it. Complains by itself; functions return 0 or -1. */
#ifndef CLI_EXECUTABLE_H
#define CLI_EXECUTABLE_H

#include <stdbool.h>

#include "abi/manifest.h"
#include "abi/solo5_elf.h"
#include "tender/elf/elf.h"

struct executable {
	struct elf_source source;
	struct elf_window window;
	struct elf_image image;
};

/* The path must outlive the executable. Any machine is accepted. */
int executable_open(struct executable *executable, const char *path);
int executable_abi(const struct executable *executable, struct abi1_info *abi);
int executable_manifest(const struct executable *executable, struct mft *manifest);
/* Whether the file is an ELF file with the note of Solo5's ABI; never complains. */
bool executable_is_unikernel(const char *path);
void executable_close(struct executable *executable);

#endif
