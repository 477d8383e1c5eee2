/* A process that makes calls as it is told: see random.h. */
#include "random.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int actor_index, actor_next;
static uint64_t random_state;
static char line[LINE_BYTES];
static size_t line_length;
static int forked_as = -1;

int actor_by_pid(pid_t pid)
{
	for (int i = 0; i < ACTORS_MAX; i++) {
		if (pid && cast->pids[i] == pid)
			return i;
	}
	return -1;
}

void random_seed(uint64_t seed)
{
	random_state = seed | 1;
}

uint32_t random_below(uint32_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 20) % limit;
}

/* Mostly one that is open. */
int random_fd(void)
{
	int fd = FD_FIRST + (int)random_below(FD_COUNT);
	for (int tries = 0; tries < 8 && fcntl(fd, F_GETFD) < 0; tries++)
		fd = FD_FIRST + (int)random_below(FD_COUNT);
	return fd;
}

void tell(const char *format, ...)
{
	va_list list;
	va_start(list, format);
	int length = vsnprintf(line + line_length, sizeof line - line_length, format, list);
	va_end(list);
	line_length += (size_t)length;
	if (line_length >= sizeof line)
		line_length = sizeof line - 1;
}

long tell_result(long result)
{
	if (result < 0)
		tell(" = %s", strerrorname_np(errno));
	else
		tell(" = %ld", result);
	return result;
}

void actor_become(int index)
{
	cast->pids[index] = getpid();
	forked_as = index;
}

static void call_make(const struct command *command)
{
	static void (*const calls[])(void) = {call_descriptors, call_descriptors, call_files,
					      call_files,       call_messages,    call_processes,
					      call_signals,     call_memory,      call_memory};
	random_seed(command->seed);
	actor_next = command->next;
	signals_tell();
	calls[random_below(sizeof calls / sizeof calls[0])]();
}

static void reply(int fd)
{
	ssize_t done;
	do {
		done = write(fd, line_length ? line : ".", line_length ? line_length : 1);
	} while (done < 0 && errno == EINTR);
	line_length = 0;
}

_Noreturn void actor_run(int index, const int commands[][2], const int replies[][2])
{
	struct command command;
	actor_index = index;
	signals_prepare();
	for (;;) {
		if (read(commands[actor_index][0], &command, sizeof command) != sizeof command)
			continue; /* a signal */
		if (!command.ping)
			call_make(&command);
		if (forked_as >= 0) {
			/* The parent answers for the call; this is somebody else now. */
			actor_index = forked_as;
			forked_as = -1;
			line_length = 0;
		} else {
			reply(replies[actor_index][1]);
		}
	}
}
