/* tend ps: the guests that run, and with -a those with a name that have ended. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/front.h"
#include "cli/option.h"
#include "cli/state.h"

#define ROW "%-20s %-8s %-14s %s\n"

enum { OPTION_ALL = 1, OPTION_QUIET };

static const struct command_option options[] = {
	{OPTION_ALL, 'a', "all", NULL, "also those that have ended"},
	{OPTION_QUIET, 'q', "quiet", NULL, "names only, of those that have one"},
	{0},
};

struct listing {
	bool all;
	bool quiet;
};

static bool is_ours(pid_t pid)
{
	char path[32];
	struct stat status;

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	return stat(path, &status) == 0 && status.st_uid == geteuid();
}

static int guest_show(const struct state_guest *guest, void *data)
{
	const struct listing *listing = data;
	struct front front;
	char pid[16];

	if (!guest->is_running && !listing->all)
		return 0;
	if (listing->quiet) {
		puts(guest->name);
		return 0;
	}
	if (!guest->is_running || front_read(guest->pid, &front) != 0)
		front = (struct front){0};
	snprintf(pid, sizeof(pid), "%d", (int)guest->pid);
	printf(ROW, guest->name, guest->is_running ? pid : "-", guest->is_running ? "running" : guest->status,
	       front.command);
	return 0;
}

static void nameless_show(const struct front *front, void *data)
{
	char pid[16];

	(void)data;
	if (front->name[0] || !is_ours(front->pid))
		return;
	snprintf(pid, sizeof(pid), "%d", (int)front->pid);
	printf(ROW, "-", pid, "running", front->command);
}

static int ps(int argc, char **argv)
{
	struct option_reader reader = option_reader(&command_ps, argc, argv);
	struct listing listing = {0};
	int id;

	while ((id = option_next(&reader)) != 0) {
		listing.all |= id == OPTION_ALL;
		listing.quiet |= id == OPTION_QUIET;
	}
	if (reader.failed)
		return reader.status;
	if (reader.next != argc)
		return command_misused(&command_ps);
	/* Whether there is a place for names at all, before anything is printed. */
	if (state_each(NULL, NULL) != 0)
		return 1;
	if (!listing.quiet)
		printf(ROW, "NAME", "PID", "STATUS", "COMMAND");
	if (state_each(guest_show, &listing) != 0)
		return 1;
	if (!listing.quiet)
		front_each(nameless_show, NULL);
	return output_end(0);
}

const struct command command_ps = {
	.name = "ps",
	.arguments = "[-a] [-q]",
	.summary = "list your guests",
	.options = options,
	.run = ps,
};
