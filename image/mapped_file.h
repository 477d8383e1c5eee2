/* A file of the host as bytes in memory. */
#ifndef IMAGE_MAPPED_FILE_H
#define IMAGE_MAPPED_FILE_H

#include <stddef.h>
#include <stdint.h>

struct mapped_file {
	const uint8_t *bytes;
	size_t size;
};

/* Never waits. Returns 0, or -1 with errno: no file, or none with anything in it. To be closed after success. */
int mapped_file_open(struct mapped_file *file, const char *path);
void mapped_file_close(struct mapped_file *file);

#endif
