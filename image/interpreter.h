/* What runs a program: an ELF file's loader, or a script's interpreter. */
#ifndef IMAGE_INTERPRETER_H
#define IMAGE_INTERPRETER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "tender/error.h"

struct interpreter {
	bool is_script;
	char path[PATH_MAX];    /* "": none, as static programs have */
	char command[PATH_MAX]; /* of `#!/usr/bin/env COMMAND`, looked for in PATH; "": none */
};

/* Returns 0, or -1: the file cannot be read, or is neither. */
int interpreter_find(const char *path, struct interpreter *interpreter, struct error *error);

/* The same of the file's first bytes. False: it is neither, or damaged. `command` is a name yet, not a path. */
bool interpreter_parse(const void *bytes, size_t size, struct interpreter *interpreter);

#endif
