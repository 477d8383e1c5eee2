/* What a mapping in perf's record is of: names in place of an image's. */
#ifndef CLI_DEBUG_PERF_NAMES_H
#define CLI_DEBUG_PERF_NAMES_H

#include <stdint.h>

#include "tender/error.h"

#define PERF_NAME_MAX 4096

struct perf_names;

/* Copies of files go to the directory. NULL without memory. */
struct perf_names *perf_names_new(const char *directory);
void perf_names_free(struct perf_names *names);

/*
 * The file that the bytes at *offset of the file `name` are of, to `better`, and where they are in that. Returns 1, or
 * 0 if the name is no image's, or -1 with *error.
 */
int perf_names_find(struct perf_names *names, const char *name, uint64_t *offset, char better[PERF_NAME_MAX],
		    struct error *error);

#endif
