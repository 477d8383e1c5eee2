/* tend stop: asks guests to end, and ends those that do not listen. */
#define _GNU_SOURCE 1
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/option.h"
#include "cli/state.h"

#define SECONDS_DEFAULT 10
#define SECONDS_MAX 1000000
#define KILL_MS 10000u

enum { OPTION_TIME = 1 };

static const struct command_option options[] = {
	{OPTION_TIME, 't', "time", "SECONDS", "how long to wait after SIGTERM before it is killed; 10 by default"},
	{0},
};

/* Sends a signal to the front unless it has ended: its pid may be another's by then. */
static int front_signal(const struct state_guest *guest, int signal)
{
	int fd = (int)syscall(SYS_pidfd_open, guest->pid, 0);
	int result = 0;

	if (fd >= 0 && !state_wait(guest, 0))
		result = (int)syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0);
	if (result < 0 && errno != ESRCH)
		result = complain("%s: %s", guest->name, strerror(errno));
	if (fd >= 0)
		close(fd);
	return result > 0;
}

static int guest_stop(const char *name, unsigned seconds)
{
	struct state_guest guest;
	int result;

	if (state_open(name, &guest) != 0)
		return 1;
	if (!guest.is_running) {
		state_close(&guest);
		return complain("%s: it is not running", name);
	}
	result = front_signal(&guest, SIGTERM);
	if (result == 0 && !state_wait(&guest, seconds * 1000)) {
		result = front_signal(&guest, SIGKILL);
		if (result == 0 && !state_wait(&guest, KILL_MS))
			result = complain("%s: it does not end", name);
	}
	state_close(&guest);
	if (result == 0)
		puts(name);
	return result;
}

static int stop(int argc, char **argv)
{
	struct option_reader reader = option_reader(&command_stop, argc, argv);
	unsigned long seconds = SECONDS_DEFAULT;
	int result = 0;
	char *end;

	while (option_next(&reader) != 0) {
		seconds = strtoul(reader.value, &end, 10);
		if (reader.value[0] < '0' || reader.value[0] > '9' || *end || seconds > SECONDS_MAX)
			return complain("--time %s: it must be a number of seconds", reader.value);
	}
	if (reader.failed)
		return reader.status;
	if (reader.next == argc)
		return command_misused(&command_stop);
	for (int i = reader.next; i < argc; i++)
		result |= guest_stop(argv[i], (unsigned)seconds);
	/* What --rm marked goes now. */
	state_each(NULL, NULL);
	return output_end(result);
}

const struct command command_stop = {
	.name = "stop",
	.arguments = "[-t SECONDS] NAME...",
	.summary = "end guests that have a name",
	.options = options,
	.run = stop,
};
