/* The environment that a Linux program starts with: variables in order, each name once. */
#ifndef CLI_ENVIRONMENT_H
#define CLI_ENVIRONMENT_H

#include <stdbool.h>

#include "cli/word_list.h"

/* All return 0, or 1 after a complaint. */

/* VAR=VALUE, which lives as long as the list; takes the place of an earlier one of that name. */
int environment_set(struct word_list *environment, const char *variable);
/* VAR=VALUE, or VAR with this process's value: a variable that is not set here is not set there. As -e takes it. */
int environment_add(struct word_list *environment, const char *variable);
/* The lines of a file, each as environment_add takes it; empty ones and those that begin with # count for nothing. */
int environment_add_file(struct word_list *environment, const char *path);

/* Whether a variable of that name is there. */
bool environment_has(const struct word_list *environment, const char *name);

#endif
