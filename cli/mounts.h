/* What is mounted in a Linux guest besides its root: -v, --tmpfs, --read-only. */
#ifndef CLI_MOUNTS_H
#define CLI_MOUNTS_H

#include "cli/run_options.h"

/*
 * Packs what -v names, unless its image is in the cache already, and tells the tender. Returns 0, or 1 after a
 * complaint.
 */
int mounts_add(const struct run_options *options, struct word_list *tender);

#endif
