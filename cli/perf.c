/*
 * tend perf: perf, with the names of the ELF files in an image in place of the image's. What is recorded is rewritten
 * right away; from then on every command of perf's own works on it.
 */
#define _GNU_SOURCE /* asprintf */
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/beside.h"
#include "cli/command.h"
#include "cli/debug/directory.h"
#include "cli/debug/perf_data.h"
#include "cli/debug/process.h"

#define DEFAULT_OUTPUT "perf.data"

/* Where the options of perf end: at "--", or at the end. */
static int options_end(int argc, char **argv)
{
	int i = 1;

	while (i < argc && strcmp(argv[i], "--") != 0)
		i++;
	return i;
}

/* `start`, and the processes meant by guests' names and pids, a comma between two; to be freed. NULL with *error. */
static char *pids_print(const char *start, const char *guests, struct error *error)
{
	char *rest = strdup(guests), *at = rest, *name, *text = NULL;

	while (rest && (name = strsep(&at, ",")) != NULL) {
		char *found = guest_processes_find(name, error), *longer = NULL;

		if (found && asprintf(&longer, "%s%s%s", text ? text : start, text ? "," : "", found) < 0)
			error_set(error, "out of memory");
		free(found);
		free(text);
		text = longer;
		if (!text)
			break;
	}
	free(rest);
	return text;
}

/*
 * Puts pids in the place of guests' names behind -p, of which perf takes one. *pids is to be freed behind the last use
 * of the arguments. Returns 0, or -1 with *error.
 */
static int pids_replace(int argc, char **argv, char **pids, struct error *error)
{
	static const char joined[] = "--pid=";
	int end = options_end(argc, argv);

	for (int i = 1; i < end; i++) {
		bool is_joined = strncmp(argv[i], joined, strlen(joined)) == 0;

		if (is_joined)
			*pids = pids_print(joined, argv[i] + strlen(joined), error);
		else if ((strcmp(argv[i], "-p") == 0 || strcmp(argv[i], "--pid") == 0) && i + 1 < end)
			*pids = pids_print("", argv[++i], error);
		else
			continue;
		argv[i] = *pids;
		return *pids ? 0 : -1;
	}
	return 0;
}

/*
 * perf record OPTIONS -o DIRECTORY/perf.data, and `tend run` with what follows "--". The user's -o is left out, which
 * *output gets. Without memory NULL; to be freed.
 */
static const char **command_make(int argc, char **argv, const char *data, const char *self, const char **output)
{
	const char **command = calloc((size_t)argc + 8, sizeof(*command));
	int end = options_end(argc, argv);
	size_t count = 0;

	if (!command)
		return NULL;
	command[count++] = "perf";
	command[count++] = "record";
	command[count++] = "-o";
	command[count++] = data;
	for (int i = 1; i < end; i++) {
		if (strcmp(argv[i], "-o") == 0 && i + 1 < end)
			*output = argv[++i];
		else if (strncmp(argv[i], "--output=", 9) == 0)
			*output = argv[i] + 9;
		else
			command[count++] = argv[i];
	}
	if (end < argc) {
		command[count++] = "--";
		command[count++] = self;
		command[count++] = "run";
		for (int i = end + 1; i < argc; i++)
			command[count++] = argv[i];
	}
	return command;
}

/* Copies of files stay beside the record, which names them. */
static int record_keep(const char *data, const char *output, struct error *error)
{
	char *absolute = NULL, *files = NULL;
	int result = -1;

	if (output[0] != '/')
		absolute = realpath(".", NULL);
	if (asprintf(&files, "%s%s%s.files", absolute ? absolute : "", absolute ? "/" : "", output) < 0) {
		error_set(error, "out of memory");
	} else {
		directory_remove(files);
		result = perf_data_rewrite(data, output, files, error);
		free(files);
	}
	free(absolute);
	return result;
}

static int record(int argc, char **argv, const char *directory, struct error *error)
{
	const char *output = DEFAULT_OUTPUT;
	char data[PATH_MAX], self[PATH_MAX];
	const char **command;
	int status;

	if (beside_path("tend", self, sizeof(self)) != 0)
		return 1;
	snprintf(data, sizeof(data), "%s/perf.data", directory);
	command = command_make(argc, argv, data, self, &output);
	if (!command)
		return complain("out of memory");
	status = program_run(command);
	free(command);
	return record_keep(data, output, error) < 0 ? complain("%s", error->text) : status;
}

static int command_record(int argc, char **argv)
{
	struct error error = {0};
	char *pids = NULL, *directory;
	int status;

	if (pids_replace(argc, argv, &pids, &error) < 0)
		return complain("%s", error.text);
	directory = directory_make(&error);
	status = directory ? record(argc, argv, directory, &error) : complain("%s", error.text);
	if (directory)
		directory_remove(directory);
	free(directory);
	free(pids);
	return status;
}

/* A record that perf made without us. */
static int command_name(int argc, char **argv)
{
	struct error error = {0};

	if (argc != 3)
		return command_misused(&command_perf);
	return record_keep(argv[1], argv[2], &error) < 0 ? complain("%s", error.text) : 0;
}

static int perf(int argc, char **argv)
{
	static char perf[] = "perf";

	if (argc < 2)
		return command_misused(&command_perf);
	if (strcmp(argv[1], "--help") == 0)
		return command_help(&command_perf);
	if (strcmp(argv[1], "record") == 0)
		return command_record(argc - 1, argv + 1);
	if (strcmp(argv[1], "name") == 0)
		return command_name(argc - 1, argv + 1);
	argv[0] = perf;
	return program_run((const char *const *)(uintptr_t)argv);
}

const struct command command_perf = {
	.name = "perf",
	.arguments = "COMMAND [ARGS...]",
	.summary = "profile Linux guests with perf, by their functions' names",
	.details = "tend perf record [-o FILE] [PERF-OPTION...] -- RUN-OPTION... [--] PROGRAM [ARGS...]\n"
		   "tend perf record [-o FILE] [PERF-OPTION...] -p GUEST|PID[,...]\n"
		   "tend perf name RECORD OUTPUT\n"
		   "tend perf COMMAND [PERF-OPTION...]",
	.run = perf,
};
