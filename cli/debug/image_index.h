/*
 * The ELF files of an image, by the place of their bytes in it: host mappings of an image name the image only, and
 * debuggers and profilers want the file. The image is hostile: nothing outside of it is read, names are made harmless.
 */
#ifndef CLI_DEBUG_IMAGE_INDEX_H
#define CLI_DEBUG_IMAGE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "freestanding/erofs/erofs.h"
#include "freestanding/image/image.h"
#include "tender/error.h"

struct image_file {
	char *path; /* inside the image, absolute; as long as the image_index */
	uint64_t nid;
	char *extracted; /* where its copy is, NULL: there is none yet */
};

/* Bytes of a file that lie together in the image: its own, or its patched text. */
struct image_extent {
	uint64_t start; /* in the image */
	uint64_t end;
	uint64_t offset; /* in the file */
	size_t file;     /* index in files */
	bool is_stubs;   /* the stubs of the file's system calls; `offset` is the address they are mapped at */
};

struct image_index {
	struct image image;
	struct erofs fs;
	uint64_t bytes;
	struct image_file *files;
	size_t file_count;
	struct image_extent *extents; /* sorted by start */
	size_t extent_count;
	/*
	 * What copies may still take: blocks may stand for parts of many files, and a small image could fill the disk
	 * that copies go to. Twice the image at first.
	 */
	uint64_t copy_bytes;
};

/* Reads the index of the image open as `fd`, which stays the caller's. Returns 0, or -1 with *error. */
int image_index_open(struct image_index *files, int fd, struct error *error);
void image_index_close(struct image_index *files);

/* The extent that has the offset, or NULL. */
const struct image_extent *image_index_at(const struct image_index *files, uint64_t offset);

/*
 * The address that the file's program headers give the byte at `offset` of it. False if they say nothing of it, or
 * nonsense.
 */
bool image_file_address(const struct image_index *files, size_t file, uint64_t offset, uint64_t *address);

/*
 * Copies a file, once, to its place below the directory, whose name may have no other characters than such that mean
 * nothing to debuggers, and in which nobody else can have made anything. Returns the copy's path, which lives as long
 * as the image_index, or NULL with *error.
 */
const char *image_file_extract(struct image_index *files, size_t file, const char *directory, struct error *error);

#endif
