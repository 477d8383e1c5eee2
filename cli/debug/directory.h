/* A temporary directory for what is made for another program. */
#ifndef CLI_DEBUG_DIRECTORY_H
#define CLI_DEBUG_DIRECTORY_H

#include "tender/error.h"

/* Creates one below $TMPDIR or /tmp; its name means nothing to debuggers. To be freed. NULL with *error. */
char *directory_make(struct error *error);

/* With all that is in it. */
void directory_remove(const char *path);

/* Runs a program (argv, NULL-terminated) until it ends; Ctrl-C is for it alone. Returns its exit status. */
int program_run(const char *const *argv);

#endif
