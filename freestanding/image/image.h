/*
 * Checks and reads what abi/image.h puts around the file system of an image: pure functions on bytes in memory.
 *
 * The bytes are hostile; what these functions hand out has been checked against the file's size. They return -EINVAL
 * for
 * what is no tend image, -EOPNOTSUPP for one of another version, -EUCLEAN for one that is truncated or contradicts
 * itself.
 */
#ifndef FREESTANDING_IMAGE_IMAGE_H
#define FREESTANDING_IMAGE_IMAGE_H

#include "abi/image.h"

struct image {
	const uint8_t *bytes;
	struct image_header header; /* checked */
};

/* `file_bytes` is the size of the file the header was read from. Returns 0 or -errno. */
int image_header_check(const struct image_header *header, uint64_t file_bytes);

/* The bytes of the whole file stay the caller's and must not change. Returns 0 or -errno. */
int image_open(struct image *image, const void *bytes, uint64_t file_bytes);

/* The patched object of an inode. 1: there is one; 0: none; -EUCLEAN: its entry is nonsense. */
int image_object_find(const struct image *image, uint64_t nid, struct image_object *object);

/* Run `index`, below object->run_count, of an object that was found. Returns 0 or -EUCLEAN. */
int image_run_get(const struct image *image, const struct image_object *object, uint32_t index, struct image_run *run);

#endif
