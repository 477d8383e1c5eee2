/* random FIRST COUNT STEPS DIRECTORY: for each seed, a sequence of calls on standard output. See random.h. */
#include "random.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONTROL_FD 800 /* pipes of ours: out of reach of the calls */
#define PATIENCE_MS 20000

struct cast *cast;
static int commands[ACTORS_MAX][2], replies[ACTORS_MAX][2];
static char said[ACTORS_MAX][3 * LINE_BYTES];
static bool alive[ACTORS_MAX], owes[ACTORS_MAX]; /* it was told to do something, and has not answered */

static void pipe_make(int ends[2], int at)
{
	int made[2];
	if (pipe2(made, 0) || dup2(made[0], at) < 0 || dup2(made[1], at + 1) < 0)
		abort();
	close(made[0]);
	close(made[1]);
	ends[0] = at;
	ends[1] = at + 1;
}

static void pipes_make(void)
{
	for (int i = 0; i < ACTORS_MAX; i++) {
		pipe_make(commands[i], CONTROL_FD + 4 * i);
		pipe_make(replies[i], CONTROL_FD + 4 * i + 2);
	}
}

/* The letter of /proc/PID/stat; 'X' if there is none. */
static char state_of(pid_t pid)
{
	char path[64], text[256] = "";
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	int fd = open(path, O_RDONLY);
	ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	close(fd);
	const char *end = got > 0 ? strrchr(text, ')') : NULL;
	return end ? end[2] : 'X';
}

/* Kept until everybody has settled: of several that end together, the first may be any. */
__attribute__((format(printf, 2, 3))) static void say(int index, const char *format, ...)
{
	va_list list;
	size_t length = strlen(said[index]);
	length += (size_t)snprintf(said[index] + length, sizeof said[index] - length, "%d: ", index);
	va_start(list, format);
	vsnprintf(said[index] + length, sizeof said[index] - length, format, list);
	va_end(list);
	strncat(said[index], "\n", sizeof said[index] - strlen(said[index]) - 1);
}

static void said_print(int index)
{
	fputs(said[index], stdout);
	said[index][0] = '\0';
}

/* Until it has answered, has ended, or is stopped and will answer later. */
static void settle(int index)
{
	for (int waited_ms = 0; alive[index] && owes[index]; waited_ms++) {
		struct pollfd reply = {.fd = replies[index][0], .events = POLLIN};
		if (poll(&reply, 1, 1) > 0) {
			char line[LINE_BYTES + 1];
			ssize_t got = read(replies[index][0], line, LINE_BYTES);
			line[got > 0 ? got : 0] = '\0';
			owes[index] = false;
			if (line[0] != '.')
				say(index, "%s", line);
			return;
		}
		char state = state_of(cast->pids[index]);
		if (state == 'T')
			return;
		if (state == 'Z' || state == 'X') {
			alive[index] = false;
			say(index, "ended");
		}
		if (waited_ms > PATIENCE_MS) {
			printf("%d: no answer\n", index);
			fflush(stdout);
			_exit(1);
		}
	}
}

static void command_send(int index, const struct command *command)
{
	if (write(commands[index][1], command, sizeof *command) != sizeof *command)
		abort();
	owes[index] = true;
}

/* Whether somebody ended meanwhile. */
static bool round_settle(void)
{
	bool ended = false;
	for (int i = 0; i < ACTORS_MAX; i++) {
		bool before = alive[i];
		if (alive[i] && !owes[i])
			command_send(i, &(struct command){.ping = 1});
		settle(i);
		ended |= before && !alive[i];
	}
	kill(-1, 0); /* waits for those who are on their last steps, with the lock of all processes */
	return ended;
}

/*
 * Everybody has seen what happened: they have answered since, or are no more. An end may end or continue others (an
 * orphaned group's), who are then looked at again.
 */
static void all_settle(void)
{
	while (round_settle())
		;
	for (int i = 0; i < ACTORS_MAX; i++)
		said_print(i);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static int who_can(uint32_t first)
{
	for (uint32_t i = 0; i < ACTORS_MAX; i++) {
		int index = (int)((first + i) % ACTORS_MAX);
		if (alive[index] && !owes[index])
			return index;
	}
	return -1;
}

static int who_is_next(void)
{
	for (int i = 0; i < ACTORS_MAX; i++) {
		if (!cast->pids[i])
			return i;
	}
	return -1;
}

static void actors_end(void)
{
	for (int i = 0; i < ACTORS_MAX; i++) {
		if (alive[i])
			kill(cast->pids[i], SIGKILL);
		alive[i] = owes[i] = false;
		cast->pids[i] = 0;
	}
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

/* A new one for each sequence. */
static void directory_enter(const char *where, uint64_t seed)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%llu", where, (unsigned long long)seed);
	if (mkdir(path, 0755) || chdir(path))
		abort();
}

static void sequence_run(uint64_t seed, int steps, const char *where)
{
	uint64_t state = seed * 2654435761u + 1;
	printf("seed %llu\n", (unsigned long long)seed);
	fflush(stdout);
	directory_enter(where, seed);
	pipes_make();
	pid_t first = fork();
	if (first == 0)
		actor_run(0, commands, replies);
	cast->pids[0] = first;
	alive[0] = true;
	all_settle();
	for (int step = 0; step < steps; step++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		int index = who_can((uint32_t)(state >> 33));
		if (index < 0)
			break; /* all have ended, or are stopped */
		int next = who_is_next();
		command_send(index, &(struct command){.seed = state, .next = next});
		settle(index);
		said_print(index);
		if (next >= 0 && cast->pids[next])
			alive[next] = true;
		all_settle();
	}
	actors_end();
}

int main(int count, char **arguments)
{
	if (count != 5)
		return 2;
	close_range(FD_FIRST, CONTROL_FD - 1, 0); /* what we were started with */
	cast = mmap(NULL, sizeof *cast, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	memory_prepare();
	uint64_t first = strtoull(arguments[1], NULL, 10), seeds = strtoull(arguments[2], NULL, 10);
	for (uint64_t i = 0; i < seeds; i++)
		sequence_run(first + i, (int)strtol(arguments[3], NULL, 10), arguments[4]);
	return 0;
}
