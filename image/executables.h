/* Finds the ELF files of an EROFS. */
#ifndef IMAGE_EXECUTABLES_H
#define IMAGE_EXECUTABLES_H

#include "freestanding/erofs/erofs.h"
#include "tender/error.h"

struct executables {
	uint64_t *nids; /* ascending; every file once, however many names it has */
	uint32_t count;
};

/* Follows all directories from the root. Returns 0, or -1: out of memory, or the file system is damaged. */
int executables_find(const struct erofs *fs, struct executables *executables, struct error *error);
void executables_free(struct executables *executables);

/* The bytes of such a file. */
const uint8_t *executable_bytes(const struct erofs *fs, uint64_t nid, uint64_t *size);

#endif
