/* Image files (abi/image.h) that exist: opened and checked. */
#ifndef IMAGE_FILE_H
#define IMAGE_FILE_H

#include <stdbool.h>

#include "abi/image.h"
#include "freestanding/erofs/erofs.h"
#include "tender/error.h"

/* A read-only descriptor (close-on-exec) of an image file, or -1 with what is wrong with it. */
int image_file_open(const char *path, struct error *error);

/* The checked header of an open file, which is `name` in messages. Returns 0 or -1. */
int image_file_header(int fd, const char *name, struct image_header *header, struct error *error);

/* The file system of an image file, mapped read-only. */
struct image_files {
	struct erofs fs;
	void *bytes;
	uint64_t size;
};

/* Returns 0 or -1. To be closed after success. */
int image_files_open(struct image_files *files, int fd, struct error *error);
void image_files_close(struct image_files *files);

#endif
