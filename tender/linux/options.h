/* The command line of the tender for Linux programs: `tend-linux OPTIONS -- PROGRAM [ARGS]`. Parsing opens nothing. */
#ifndef TENDER_LINUX_OPTIONS_H
#define TENDER_LINUX_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/kernel.h"
#include "tender/error.h"
#include "tender/linux/network.h"

struct linux_mount {
	enum kernel_mount_kind kind;
	const char *path; /* in the guest, absolute */
	int fd;           /* of a volume */
	uint64_t bytes;   /* of a tmpfs: 0: no limit */
	uint32_t mode;
};

/* Strings are the caller's argv. */
struct linux_options {
	const char *kernel;
	const char *image; /* with a descriptor: only its name, for messages */
	int image_fd;      /* -1: none */
	const char *directory;
	const char *hostname;
	uint64_t mem_bytes;
	bool mem_is_given;
	enum kernel_policy policy;
	uint32_t user_id;
	uint32_t group_id;
	struct network_options network;
	int trace_fd; /* -1: none */
	int stat_fd;
	const char *cores;       /* directory for core dumps; NULL: none are taken */
	uint64_t stop_timeout_s; /* 0: none */
	int status_fd;           /* -1: nobody is told how the guest does */
	bool is_read_only;
	bool has_terminal; /* what is typed is the guest's, whatever its standard input is */
	bool has_all_namespaces;
	unsigned mount_count;
	struct linux_mount mounts[KERNEL_MOUNTS_MAX];
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
