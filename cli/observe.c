/* tend trace and tend stat: a Linux program, observed by the library kernel. */
#include "cli/linux.h"

static const struct command_option options[] = {
	{OPTION_RUN_OUTPUT, 'o', "output", "FILE", "where the report goes; standard error by default"},
	{OPTION_RUN_FOLLOW, 'f', "follow-forks", NULL, "as strace has it: all threads and processes, as without it"},
	{0},
};

static int observe(const struct command *command, int argc, char **argv, const struct linux_observation *observation)
{
	struct option_reader reader = option_reader(command, argc, argv);
	struct run_options given = {0};

	if (run_options_read(&reader, &given) != 0)
		return reader.status;
	return linux_run(command, argc, argv, &given, observation);
}

static int trace(int argc, char **argv)
{
	return observe(&command_trace, argc, argv, &(struct linux_observation){.trace = true});
}

static int stat(int argc, char **argv)
{
	return observe(&command_stat, argc, argv, &(struct linux_observation){.statistics = true});
}

const struct command command_trace = {
	.name = "trace",
	.arguments = "[-o FILE] " LINUX_ARGUMENTS,
	.summary = "run a Linux program and show its system calls",
	.options = options,
	.shared = run_options_table,
	.run = trace,
};

const struct command command_stat = {
	.name = "stat",
	.arguments = "[-o FILE] " LINUX_ARGUMENTS,
	.summary = "run a Linux program and count what it cost",
	.options = options,
	.shared = run_options_table,
	.run = stat,
};
