/* What the host kernel hands a new process: the words on its initial stack. */
#ifndef TENDER_HOST_START_H
#define TENDER_HOST_START_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct start {
	int argc;
	char **argv;
	const char *program; /* the last component of argv[0] */
	uint64_t vdso;       /* address of its ELF header, 0: none */
	uint64_t stack_top;  /* end of the initial stack's mapping */
	bool is_root;        /* real or effective uid 0 */
	bool is_secure;      /* the file gave privileges that the caller has not (set-user-ID, capabilities) */
	uint64_t page_bytes;
	uint64_t hardware2;    /* AT_HWCAP2, 0: not told */
	const uint8_t *random; /* 16 bytes */
};

/* Reads argc, argv, the environment and the auxiliary vector that lie at `stack`. */
void start_read(uint64_t *stack, struct start *start);

/* The size of all arguments from argv[0] on, their NULs included: the host puts them one behind the other. */
size_t start_arguments_bytes(const struct start *start);

#endif
