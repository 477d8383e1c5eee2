/* What others read in /proc/PID/cmdline of a process that writes over its arguments. */
#include "../family.h"

#include <stdio.h>
#include <stdlib.h>

static long line_of(const char *pid, char *text, size_t size)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%s/cmdline", pid);
	int fd = open(path, O_RDONLY);
	long got = fd < 0 ? -errno : read(fd, text, size);
	if (fd >= 0)
		close(fd);
	return got;
}

/* A child whose first `bytes` bytes of arguments, and what lies behind, are a title; it goes on at `go`. */
static pid_t titled(long bytes, const char *behind, struct gate *go, bool computes)
{
	struct gate ready = gate_make();
	pid_t child = family_fork();
	if (child == 0) {
		memset(program_invocation_name, 'x', (size_t)bytes);
		if (behind)
			strcpy(program_invocation_name + bytes, behind);
		gate_open(&ready);
		for (volatile bool on = true; computes;)
			computes = on;
		gate_wait(go);
		_exit(0);
	}
	gate_wait(&ready);
	return child;
}

static void title_show(const char *what, pid_t child)
{
	char pid[16], text[8192];
	snprintf(pid, sizeof pid, "%d", child);
	long got = line_of(pid, text, sizeof text), count = 0;
	while (count < got && text[count] == 'x')
		count++;
	NOTE("%s: %s", what, count > 1 ? "titled" : "not titled");
	/* How many bytes there are depends on the program's name. */
	SHOW(got - line_of("self", text, sizeof text));
	family_kill(child);
}

CHECK(title_is_seen_by_others, "read")
{
	char text[8192];
	long all = line_of("self", text, sizeof text);
	struct gate go = gate_make();
	REQUIRE(all > 4);
	title_show("the beginning", titled(2, NULL, &go, false));
	title_show("all but the last byte", titled(all - 1, NULL, &go, false));
	title_show("into the variables", titled(all, "and more", &go, false));
	title_show("computing", titled(2, NULL, &go, true));
	char byte;
	QUIET(read, -1, &byte, 1);
}
