/* tend logs: what a guest in the background wrote. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/option.h"
#include "cli/state.h"
#include "cli/state_files.h"

#define PAUSE_NS 50000000L

enum { OPTION_FOLLOW = 1 };

static const struct command_option options[] = {
	{OPTION_FOLLOW, 'f', "follow", NULL, "go on until the guest has ended"},
	{0},
};

/* Copies what there is from the descriptor's place on. Returns 0, or 1 after a complaint. */
static int rest_copy(int log, const char *name)
{
	char buffer[65536];
	ssize_t got;

	while ((got = read(log, buffer, sizeof(buffer))) > 0) {
		for (ssize_t done = 0; done < got;) {
			ssize_t written = write(STDOUT_FILENO, buffer + done, (size_t)(got - done));

			if (written < 0)
				return complain("standard output: %s", strerror(errno));
			done += written;
		}
	}
	return got < 0 ? complain("%s: %s", name, strerror(errno)) : 0;
}

static int log_show(const struct state_guest *guest, bool follow)
{
	int log = openat(guest->directory, STATE_LOG, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int result = 0;
	bool ended = !follow;

	if (log < 0)
		return complain("%s: it has no log: it was not started with -d", guest->name);
	for (;;) {
		result = rest_copy(log, guest->name);
		if (result != 0 || ended)
			break;
		/* Once more behind the end, as it may have written in between. */
		ended = state_wait(guest, 0);
		if (!ended)
			nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
	}
	close(log);
	return result;
}

static int logs(int argc, char **argv)
{
	struct option_reader reader = option_reader(&command_logs, argc, argv);
	struct state_guest guest;
	bool follow = false;
	int result;

	while (option_next(&reader) != 0)
		follow = true;
	if (reader.failed)
		return reader.status;
	if (reader.next + 1 != argc)
		return command_misused(&command_logs);
	if (state_open(argv[reader.next], &guest) != 0)
		return 1;
	result = log_show(&guest, follow);
	state_close(&guest);
	return result;
}

const struct command command_logs = {
	.name = "logs",
	.arguments = "[-f] NAME",
	.summary = "show what a guest in the background wrote",
	.options = options,
	.run = logs,
};
