/* The shared libraries that a program is linked with, as its loader finds them on this host. */
#ifndef IMAGE_LIBRARIES_H
#define IMAGE_LIBRARIES_H

#include <stdint.h>

#include "tender/error.h"

struct libraries {
	char **paths;
	uint32_t count;
};

/*
 * Asks the host's own loader, which runs nothing of the program: a program whose loader is another one has no libraries
 * here. Returns 0 or -1; to be freed after success.
 */
int libraries_find(const char *program, struct libraries *libraries, struct error *error);
void libraries_free(struct libraries *libraries);

/* The same of what a loader's --list printed, which is cut up: " NAME => /path (0xADDRESS)", " /path (0xADDRESS)". */
int libraries_parse(char *text, struct libraries *libraries, struct error *error);

#endif
