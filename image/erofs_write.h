/*
 * Writes a root file system as EROFS, uncompressed, every file's data on a page boundary:
 *
 *   block 0            1024 bytes for the image's header, the superblock
 *   data               files in the order of their paths; of sparse ones, chunks that are not holes
 *   directories, links those too long to stand behind their inodes
 *   metadata           inodes with attributes and short directories and links, the root's first
 *
 * The same tree gives the same bytes.
 */
#ifndef IMAGE_EROFS_WRITE_H
#define IMAGE_EROFS_WRITE_H

#include "image/progress.h"
#include "image/root.h"
#include "image/stream.h"

/* The stream is at the file's beginning, and at the file system's end after success. Returns 0 or -1. */
int erofs_write(struct root *root, struct stream *stream, struct progress *progress, struct error *error);

/* Whether EROFS can keep an extended attribute of this name. */
bool erofs_xattr_is_known(const char *name);

#endif
