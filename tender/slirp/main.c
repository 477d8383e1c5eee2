/*
 * tend-slirp: the host's side of `tend run --net user`. It turns the guest's packets into sockets of its own
 * (libslirp), as any user may have them. It is not part of the guest: outside its namespaces, under a seccomp filter of
 * its own, and with nothing of the host's but those sockets. It ends with the guest; should it end before, the guest's
 * link is down.
 */
#define _GNU_SOURCE /* close_range */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "tender/slirp/link.h"
#include "tender/slirp/sandbox.h"

/* Where complaints go; a copy, as the standard descriptors are given up early. -1: nowhere. */
static int complaints;

static int fail(const struct error *error)
{
	dprintf(complaints, "tend: %s\n", error->text);
	return 1;
}

/* The guest's standard descriptors are none of its business, nor is anything else that was left open. */
static int descriptors_give_up(const struct arguments *arguments, struct error *error)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	const int kept[] = {arguments->link_fd, arguments->ready_fd, complaints};
	int last = 2;

	for (int fd = 0; fd < 3; fd++) {
		if (null < 0 || dup2(null, fd) < 0)
			return error_set(error, "--net user: /dev/null could not be opened: %s", error_name(errno));
	}
	for (size_t done = 0; done < sizeof(kept) / sizeof(kept[0]); done++) {
		int next = INT_MAX;

		for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
			next = kept[i] > last && kept[i] < next ? kept[i] : next;
		if (next > last + 1)
			close_range((unsigned)last + 1, (unsigned)next - 1, 0);
		last = next;
	}
	if (last < INT_MAX)
		close_range((unsigned)last + 1, INT_MAX, 0);
	return 0;
}

int main(int argc, char **argv)
{
	static struct error error;
	struct arguments arguments;
	struct link *link = NULL;

	complaints = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	signal(SIGPIPE, SIG_IGN);
	if (arguments_parse(argc, argv, &arguments, &error) == 0 && descriptors_give_up(&arguments, &error) == 0)
		link = link_new(&arguments, &error);
	if (!link || privileges_give_up(&error) < 0)
		return fail(&error);
	/* After the change of ids, which undoes it. Whoever started us becomes the guest's front. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (sandbox_enter(&error) < 0)
		return fail(&error);
	close(complaints);
	if (write(arguments.ready_fd, "", 1) != 1)
		return 1;
	close(arguments.ready_fd);
	link_run(link);
	return 0;
}
