/* The options of `tend run`, `tend trace` and `tend stat` for Linux programs. */
#ifndef CLI_RUN_OPTIONS_H
#define CLI_RUN_OPTIONS_H

#include <stdbool.h>

#include "cli/environment.h"
#include "cli/network.h"
#include "cli/option.h"

/* Strings are the caller's argv; NULL: not given. */
struct run_options {
	const char *root; /* --root: the source, instead of the first operand */
	const char *output;
	const char *guest; /* --guest of tend stat: one that runs */
	const char *name;
	const char *workdir;
	const char *user;
	const char *entrypoint;
	bool detach;
	bool terminal;
	bool remove;
	bool read_only;
	struct word_list environment; /* -e and --env-file only */
	struct word_list volumes;
	struct word_list tmpfs;
	struct network_arguments network;
	struct word_list passed; /* "--NAME=VALUE", which the tender understands as it is */
	int operand;             /* index of the first one in argv; argc if there is none */
};

/* What the commands share; OPTION_OUTPUT is for tables of their own. */
enum run_option_id {
	OPTION_RUN_OUTPUT = 1,
	OPTION_RUN_FOLLOW,
	OPTION_RUN_GUEST,
	OPTION_RUN_FIRST_SHARED,
};

extern const struct command_option run_options_table[];

/* Reads them up to the operands. Returns 0; or 1, and then reader->status is the exit status of the command. */
int run_options_read(struct option_reader *reader, struct run_options *options);

#endif
