/* perf's record of a run, with the mappings of an image named after the ELF files in it. */
#ifndef CLI_DEBUG_PERF_DATA_H
#define CLI_DEBUG_PERF_DATA_H

#include "tender/error.h"

/*
 * Copies the record `from` to `to`, which is replaced. ELF files out of the images that it names are copied to the
 * directory, which is made: it may not exist, as it could be another's with links in it. Returns 0, or -1 with *error.
 */
int perf_data_rewrite(const char *from, const char *to, const char *directory, struct error *error);

#endif
