/* Linux programs from the command line: what `tend run`, `tend trace` and `tend stat` share. */
#ifndef CLI_LINUX_H
#define CLI_LINUX_H

#include <stdbool.h>

#include "cli/run_options.h"

#define LINUX_ARGUMENTS "[OPTIONS] IMAGE|DIRECTORY|/PATH/TO/PROGRAM [ARGS...]"

/* What is to be observed; the report goes to the options' output. */
struct linux_observation {
	bool trace;
	bool statistics;
};

/* A descriptor for a report, above the standard ones; NULL: on standard error. -1 after a complaint. */
int observation_open(const char *path);

/*
 * Finds or builds the image, and becomes the tender. Returns an exit status, having complained; with --detach, also
 * when the guest runs.
 */
int linux_run(const struct command *command, int argc, char **argv, struct run_options *options,
	      const struct linux_observation *observation);

#endif
