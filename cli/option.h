/*
 * Reads a command's options by its table: -e VALUE, -eVALUE, -it, --name VALUE, --name=VALUE. The first argument that
 * is none ends them, and so does "--"; a command that takes options behind its operands steps over those and goes on.
 */
#ifndef CLI_OPTION_H
#define CLI_OPTION_H

#include <stdbool.h>

#include "cli/command.h"

struct option_reader {
	const struct command *command;
	int argc;
	char **argv;
	int next;                         /* the argument to be read next: after the last option, the first operand */
	const char *cluster;              /* what is left of "-it"; NULL or "": nothing */
	const struct command_option *row; /* the option just read */
	const char *value;                /* its value; NULL: it has none */
	bool is_silent;                   /* to look only: neither complain nor answer --help */
	bool failed;                      /* option_next complained, or --help was answered: the command is to end */
	int status;                       /* with this exit status */
};

static inline struct option_reader option_reader(const struct command *command, int argc, char **argv)
{
	return (struct option_reader){.command = command, .argc = argc, .argv = argv, .next = 1};
}

/* The id of the next option, or 0 if there are no more here or the reader failed. Answers --help itself. */
int option_next(struct option_reader *reader);

/* The row of the table for an option's name of that length, or NULL. */
const struct command_option *option_named(const struct command *command, const char *name, unsigned long length);

#endif
