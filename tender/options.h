/*
 * The command line of a Solo5 tender: `TENDER [options] [--] KERNEL [ARGS...]`.
 *
 * Two passes, because options name devices of the kernel's manifest: the first finds KERNEL, the second parses.
 * Parsing opens nothing. Strings stay the caller's argv.
 */
#ifndef TENDER_OPTIONS_H
#define TENDER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/manifest.h"
#include "tender/error.h"

/* What the command line says about the device with the same index in the manifest. */
struct device_options {
	const char *attach;   /* network: interface name or @FD; block: path; NULL: not given */
	uint32_t block_bytes; /* 0: not given */
	uint8_t mac[6];
	bool has_mac;
};

struct options {
	uint64_t mem_bytes;
	bool exec_heap;
	const char *kernel;
	char *const *args; /* of the guest */
	int arg_count;
	struct device_options devices[MFT_MAX_ENTRIES];
};

/* One option of the tender: the table is also the help text. */
struct option {
	const char *prefix; /* with the '=' or ':' that ends it; an option without value matches whole */
	const char *usage;
	bool has_value;
	/* Parses what follows the prefix. Returns 0, or -1 with *error. */
	int (*parse)(struct options *options, struct mft *mft, const char *value, struct error *error);
};

enum options_request { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_VERSION, OPTIONS_NO_KERNEL };

/* First pass over argv[1..]: what is asked for and, for OPTIONS_RUN, the index of KERNEL. */
enum options_request options_scan(int argc, char *const *argv, int *kernel_index);

/* Second pass. Returns 0, or -1 with *error. */
int options_parse(int argc, char *const *argv, struct mft *mft, struct options *options, struct error *error);

/* The usage text's line number `line`, or NULL behind the last one. */
const char *options_usage_line(size_t line);

/*
 * For options of the form PREFIX:NAME=VALUE: finds the manifest entry of that type and the value.
 * Returns the entry's index, or -1 with *error.
 */
int options_device(struct mft *mft, uint32_t type, const char *text, const char **value, struct error *error);

/* A decimal number with nothing behind it, at most `max`. Returns false if it is not one. */
bool options_number(const char *text, uint64_t max, uint64_t *number);

#endif
