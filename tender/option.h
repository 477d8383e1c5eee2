/*
 * One option of a tender, and what the options together say. Parsing an option opens nothing; strings stay the
 * caller's argv.
 */
#ifndef TENDER_OPTION_H
#define TENDER_OPTION_H

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
	bool exec_heap;       /* spt */
	bool no_net_ring;     /* hvt */
	const char *dumpcore; /* hvt-debug: a directory, NULL: none */
	bool gdb;             /* hvt-debug, as is the next */
	uint16_t gdb_port;    /* 0: not given */
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

/*
 * For options of the form PREFIX:NAME=VALUE: finds the manifest entry of that type and the value.
 * Returns the entry's index, or -1 with *error.
 */
int option_device(struct mft *mft, uint32_t type, const char *text, const char **value, struct error *error);

/* A decimal number with nothing behind it, at most `max`. Returns false if it is not one. */
bool option_number(const char *text, uint64_t max, uint64_t *number);

/* aa:bb:cc:dd:ee:ff, one or two digits each. */
bool option_mac(const char *text, uint8_t mac[6]);

/* The value of a hexadecimal digit, -1 for any other character. */
static inline int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

#endif
