/* What processes change in /proc: their arguments, by writing over them, and how soon they are killed for memory. */
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

static void score_set(const char *text)
{
	int fd = open("/proc/self/oom_score_adj", O_RDWR);
	char now[16] = "";
	NOTE("%s: %s", text, result_name(raw_call(SYS_write, (const long[6]){fd, (long)text, (long)strlen(text)})));
	SHOW(pread(fd, now, sizeof now - 1, 0) > 0);
	SHOW_TEXT(now, (long)strlen(now));
	close(fd);
}

/* Who made it larger may take that back, and nothing else. */
CHECK(oom_score_goes_back, "write")
{
	score_set("5");
	score_set("3");
	score_set("0");
	score_set("-1");
	score_set("1001");
	QUIET(write, -1, "", 0);
}
