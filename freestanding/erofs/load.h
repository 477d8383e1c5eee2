/* Bounds and loads for the reader's own files. */
#ifndef FREESTANDING_EROFS_LOAD_H
#define FREESTANDING_EROFS_LOAD_H

#include "freestanding/erofs/erofs.h"

/* Whether [offset, offset + bytes) lies inside the file system. */
static inline bool erofs_inside(const struct erofs *fs, uint64_t offset, uint64_t bytes)
{
	return bytes <= fs->bytes && offset <= fs->bytes - bytes;
}

/* Copies a structure of constant size out of the image, aligned or not; the caller has checked that it is inside. */
#define EROFS_LOAD(fs, offset, to) __builtin_memcpy((to), (fs)->image + (offset), sizeof(*(to)))

#endif
