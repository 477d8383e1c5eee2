/*
 * The command line of a Solo5 tender: `TENDER [options] [--] KERNEL [ARGS...]`.
 *
 * Two passes, because options name devices of the kernel's manifest: the first finds KERNEL, the second parses.
 */
#ifndef TENDER_OPTIONS_H
#define TENDER_OPTIONS_H

#include "tender/option.h"

enum options_request { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_VERSION, OPTIONS_NO_KERNEL };

/* The options that only this tender has: a file of its own folder, options.c, defines them. */
extern const struct option target_options[];
extern const size_t target_option_count;

/* First pass over argv[1..]: what is asked for and, for OPTIONS_RUN, the index of KERNEL. */
enum options_request options_scan(int argc, char *const *argv, int *kernel_index);

/* Second pass. Returns 0, or -1 with *error. */
int options_parse(int argc, char *const *argv, struct mft *mft, struct options *options, struct error *error);

/* The usage text's line number `line`, or NULL behind the last one. */
const char *options_usage_line(size_t line);

#endif
