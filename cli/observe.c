/* tend trace and tend stat: a Linux program, observed by the library kernel; or the counters of one that runs. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/beside.h"
#include "cli/debug/process.h"
#include "cli/linux.h"

#define ROW_OUTPUT                                                                                                     \
	{                                                                                                              \
		OPTION_RUN_OUTPUT, 'o', "output", "FILE", "where the report goes; standard error by default"           \
	}
#define ROW_FOLLOW                                                                                                     \
	{                                                                                                              \
		OPTION_RUN_FOLLOW, 'f', "follow-forks", NULL,                                                          \
			"as strace has it: all threads and processes, as without it"                                   \
	}
#define ARENA "/memfd:tend-arena"

static const struct command_option trace_options[] = {
	ROW_OUTPUT,
	ROW_FOLLOW,
	{0},
};

static const struct command_option stat_options[] = {
	ROW_OUTPUT,
	ROW_FOLLOW,
	{OPTION_RUN_GUEST, 0, "guest", "NAME|PID", "instead of running a program: of a guest that runs, until now"},
	{0},
};

/* Where the memory that a guest's processes share begins; 0 if the process has none, or it cannot be seen. */
static uint64_t arena_find(pid_t pid, struct error *error)
{
	struct mappings mappings;
	uint64_t found = 0;

	if (process_mappings_read(pid, &mappings, error) < 0)
		return 0;
	for (size_t i = 0; i < mappings.count && found == 0; i++) {
		if (strncmp(mappings.list[i].path, ARENA, strlen(ARENA)) == 0 && mappings.list[i].offset == 0)
			found = mappings.list[i].start;
	}
	process_mappings_free(&mappings);
	if (found == 0)
		error_set(error, "process %d: it has no memory of a guest's", pid);
	return found;
}

/* The tender knows the counters. */
static int guest_count(const struct run_options *given)
{
	char path[PATH_MAX], pid[16], arena[24], fd[16];
	struct error error = {0};
	pid_t process = guest_process_find(given->guest, &error);
	uint64_t start = process > 0 ? arena_find(process, &error) : 0;
	int output;

	if (start == 0)
		return complain("%s", error.text);
	output = observation_open(given->output);
	if (output < 0 || beside_path("tend-linux", path, sizeof(path)) != 0)
		return 1;
	snprintf(pid, sizeof(pid), "%d", process);
	snprintf(arena, sizeof(arena), "%lu", (unsigned long)start);
	snprintf(fd, sizeof(fd), "%d", output);
	execl(path, "tend", "--statistics-of", pid, arena, fd, (char *)NULL);
	return complain("%s: %s; build or install the tender beside tend", path, strerror(errno));
}

static int observe(const struct command *command, int argc, char **argv, const struct linux_observation *observation)
{
	struct option_reader reader = option_reader(command, argc, argv);
	struct run_options given = {0};

	if (run_options_read(&reader, &given) != 0)
		return reader.status;
	if (given.guest)
		return given.operand == argc ? guest_count(&given) : command_misused(command);
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
	.options = trace_options,
	.shared = run_options_table,
	.run = trace,
};

const struct command command_stat = {
	.name = "stat",
	.arguments = "[-o FILE] " LINUX_ARGUMENTS,
	.summary = "run a Linux program and count what it cost",
	.options = stat_options,
	.shared = run_options_table,
	.run = stat,
};
