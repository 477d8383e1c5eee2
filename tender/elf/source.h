/* Where the bytes of an executable come from. Name, bytes, descriptor and window stay the caller's. */
#ifndef TENDER_ELF_SOURCE_H
#define TENDER_ELF_SOURCE_H

#include "tender/elf/elf.h"

struct elf_source elf_source_memory(const char *name, const void *bytes, size_t size);
struct elf_source elf_source_file(const char *name, int fd, struct elf_window *window);

#endif
