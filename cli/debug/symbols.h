/* Which ELF file lies where in a guest process: what debuggers have to be told. */
#ifndef CLI_DEBUG_SYMBOLS_H
#define CLI_DEBUG_SYMBOLS_H

#include "cli/debug/image_index.h"
#include "cli/debug/process.h"

struct symbols {
	pid_t pid;
	struct mappings mappings;
	struct image_index image; /* file_count 0: the process maps none */
	uint64_t image_inode;
};

/* Looks at the process, whose image stays open. Returns 0, or -1 with *error. */
int symbols_open(struct symbols *symbols, pid_t pid, struct error *error);
void symbols_close(struct symbols *symbols);

/*
 * Calls `add` for every ELF file that code is mapped from, with its name on this machine (a copy in the directory, if
 * it is out of the image) and what its addresses are to be raised by. Returns 0, or -1 with *error.
 */
int symbols_each(struct symbols *symbols, const char *directory,
		 void (*add)(void *argument, const char *path, uint64_t bias), void *argument, struct error *error);

/* The stubs of patched text: called for each range of addresses. */
void symbols_each_stubs(const struct symbols *symbols, void (*add)(void *argument, uint64_t start, uint64_t end),
			void *argument);

#endif
