/* The command line of the tender for Linux programs: `tend-linux OPTIONS -- PROGRAM [ARGS]`. Parsing opens nothing. */
#ifndef TENDER_LINUX_OPTIONS_H
#define TENDER_LINUX_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "abi/kernel.h"
#include "tender/error.h"
#include "tender/linux/network.h"

/* Strings are the caller's argv. */
struct linux_options {
	const char *kernel;
	const char *image; /* with a descriptor: only its name, for messages */
	int image_fd;      /* -1: none */
	const char *directory;
	const char *hostname;
	uint64_t mem_bytes;
	enum kernel_policy policy;
	uint32_t user_id;
	uint32_t group_id;
	struct network_options network;
	int trace_fd; /* -1: none */
	int stat_fd;
	int program;                /* index of PROGRAM in argv; its arguments follow to the end */
	uint32_t environment_count; /* so many of argv are environment options */
};

/* Returns 0, or -1 with *error. */
int linux_options_parse(int argc, char *const *argv, struct linux_options *options, struct error *error);

/* VAR=VALUE if the argument is an environment option, else NULL. */
const char *linux_options_variable(const char *argument);

/* The usage text's line number `line`, or NULL behind the last one. */
const char *linux_options_usage_line(size_t line);

#endif
