/* Runs mkfs.erofs. */
#ifndef IMAGE_MKFS_H
#define IMAGE_MKFS_H

#include "tender/error.h"

/*
 * Packs the directory into the empty file `fd`; `output` is its name in messages. The EROFS is uncompressed, with every
 * file's data page-aligned, and the same for the same tree. Returns 0 or -1, with a line that says which file is at
 * fault if one is.
 */
int mkfs_run(const char *root, int fd, const char *output, struct error *error);

#endif
