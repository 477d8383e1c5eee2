/* The table of commands, and the help that comes from it. See command.h. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"

/* Where an option's help begins; behind longer ones, it has a line of its own. */
#define HELP_COLUMN 28

const struct command *const commands[] = {
	&command_run,    &command_ps,      &command_logs,       &command_stop,
	&command_rm,     &command_build,   &command_image,      &command_trace,
	&command_stat,   &command_inspect, &command_gdb,        &command_perf,
	&command_doctor, &command_elf,     &command_completion, NULL,
};

static void option_help(const struct command_option *row)
{
	char text[80];
	size_t length = 0;

	if (row->letter)
		length += (size_t)snprintf(text, sizeof(text), "  -%c, ", row->letter);
	else
		length += (size_t)snprintf(text, sizeof(text), "      ");
	length += (size_t)snprintf(text + length, sizeof(text) - length, "--%s%s%s", row->name, row->value ? " " : "",
				   row->value ? row->value : "");
	if (length >= HELP_COLUMN)
		printf("%s\n%*s%s\n", text, HELP_COLUMN, "", row->help);
	else
		printf("%-*s%s\n", HELP_COLUMN, text, row->help);
}

int command_help(const struct command *command)
{
	const struct command_option *tables[] = {command->options, command->shared};

	printf("usage: tend %s %s\n\n%s\n", command->name, command->arguments, command->summary);
	if (command->details)
		printf("\n%s\n", command->details);
	printf("\n");
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (const struct command_option *row = tables[i]; row && row->name; row++)
			option_help(row);
	}
	option_help(&(struct command_option){.name = "help", .help = "this text"});
	return output_end(0);
}

int command_misused(const struct command *command)
{
	return complain("usage: tend %s %s", command->name, command->arguments);
}
