/* Random system calls on files, for tests that make the same ones of Linux and of the kernel. */
#ifndef TESTS_KERNEL_FILE_OPERATIONS_H
#define TESTS_KERNEL_FILE_OPERATIONS_H

#include <stdint.h>

#define OUTPUT_BYTES 8192

/* How what a call wrote to its output is compared. */
enum output_kind {
	OUTPUT_NONE,
	OUTPUT_BYTES_READ, /* as many bytes as the result says */
	OUTPUT_STAT,
	OUTPUT_ENTRIES, /* of getdents64, in any order */
};

struct operation {
	const char *name;
	long number;
	long arguments[6];
	int output_argument; /* the argument that gets the address of an output; -1: none */
	enum output_kind output;
	/* Arguments point to these. */
	char path[600];
	char other_path[600];
	int64_t words[4];
	char description[300];
};

/* The next one: fds are taken from a small range from 3 on. */
void operation_make(struct operation *operation);

#endif
