/* A file that appears under its name when it is complete, or never. */
#ifndef IMAGE_OUTPUT_H
#define IMAGE_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "tender/error.h"

struct output {
	const char *path; /* the caller's */
	char *temporary;  /* the name until then, NULL: none */
	int fd;           /* read and write, close-on-exec */
};

/* Each returns 0 or -1. After output_create, exactly one of publish (whatever it returns) and discard is called. */
int output_create(struct output *output, const char *path, struct error *error);
int output_write(const struct output *output, const void *bytes, uint64_t size, uint64_t offset, struct error *error);
int output_publish(struct output *output, struct error *error);
void output_discard(struct output *output);

#endif
