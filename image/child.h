/* Tools of the host that do part of the work. */
#ifndef IMAGE_CHILD_H
#define IMAGE_CHILD_H

#include <stddef.h>
#include <sys/types.h>

#include "tender/error.h"

struct child {
	const char *name;
	pid_t pid;
	int output; /* the child's standard output, to be read */
	int errors; /* what it wrote to standard error: a nameless file */
};

/*
 * Starts a program, found in PATH, with an empty standard input and LC_ALL=C. `package` is what it is installed with.
 * Returns 0 or -1; to be ended after success.
 */
int child_start(struct child *child, const char *const *arguments, const char *package, struct error *error);

/* Waits for it. Returns 0, or -1 if it failed, with the last lines that it wrote to standard error. */
int child_end(struct child *child, struct error *error);

/* Runs a program to its end. `output`, if not NULL, gets what it wrote, NUL-terminated; the caller frees it. */
int child_run(const char *const *arguments, const char *package, char **output, struct error *error);

#endif
