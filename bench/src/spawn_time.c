/*
 * spawn_time COUNT -- COMMAND [ARGS] [-- COMMAND [ARGS]]...: time from start to exit.
 * The commands take turns; per command and turn one line, "INDEX NANOSECONDS". Their output goes to /dev/null.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MAX 16
/* Turns before the first that counts: the files come into the page cache. */
#define WARM_UP 3

static char **commands[COMMANDS_MAX];
static unsigned command_count;

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "spawn_time: %s: %s\n", what, why);
	exit(1);
}

/* Every "--" ends one command and begins the next. */
static void commands_read(char **argv)
{
	for (; *argv; argv++) {
		if (strcmp(*argv, "--") != 0)
			continue;
		*argv = NULL;
		if (!argv[1] || command_count == COMMANDS_MAX)
			fail("commands", "none, or too many");
		commands[command_count++] = argv + 1;
	}
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t run_ns(char **command, const posix_spawn_file_actions_t *actions)
{
	uint64_t begin = now_ns();
	pid_t pid;
	int status;
	int error = posix_spawn(&pid, command[0], actions, NULL, command, environ);

	if (error)
		fail(command[0], strerror(error));
	if (waitpid(pid, &status, 0) != pid)
		fail(command[0], strerror(errno));
	if (status != 0)
		fail(command[0], "did not end with status 0");
	return now_ns() - begin;
}

int main(int argc, char **argv)
{
	posix_spawn_file_actions_t actions;
	unsigned turns;

	if (argc < 4)
		fail("usage", "spawn_time COUNT -- COMMAND [ARGS] [-- COMMAND [ARGS]]...");
	turns = (unsigned)strtoul(argv[1], NULL, 10) + WARM_UP;
	commands_read(argv + 2);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	for (unsigned turn = 0; turn < turns; turn++) {
		for (unsigned i = 0; i < command_count; i++) {
			/* Nobody is always the one behind the same other. */
			unsigned index = turn & 1 ? command_count - 1 - i : i;
			uint64_t ns = run_ns(commands[index], &actions);

			if (turn >= WARM_UP)
				printf("%u %llu\n", index, (unsigned long long)ns);
		}
	}
	return 0;
}
