/*
 * The shared libraries that a program is linked with, as its loader would find them on this host. No loader is asked:
 * glibc's maps whatever a file's headers say over itself, even where it is to list libraries only.
 */
#ifndef IMAGE_LIBRARIES_H
#define IMAGE_LIBRARIES_H

#include <stdbool.h>
#include <stdint.h>

#include "tender/error.h"

struct library {
	char *name; /* that it was looked for by; NULL: the program */
	char *path;
	char *directories; /* DT_RUNPATH or else DT_RPATH; NULL: it has none */
	bool is_inherited; /* these count for what its libraries need, too */
	uint32_t needed_by;
};

struct libraries {
	struct library *all; /* the first one is the program itself */
	uint32_t count;
};

/*
 * Libraries of a program with a loader that loader_is_known, and libraries of these. All that are found are ELF files
 * in the system's directories, or in such that its administrator named to the loader. Returns 0; -1: one is not found,
 * or the program is damaged. To be freed after success.
 */
int libraries_find(const char *program, const char *loader, struct libraries *libraries, struct error *error);
void libraries_free(struct libraries *libraries);

#endif
