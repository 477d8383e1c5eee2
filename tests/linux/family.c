/* Processes of a check: see family.h. */
#include "family.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#define TRIES 10000
#define TRY_US 1000
#define WAIT_MIN_US 50
#define WAIT_MAX_US 10000
#define CHILD_SECONDS 20
#define STOPPED_SECONDS 60

extern const struct part __start_parts[], __stop_parts[];

pid_t family_fork(void)
{
	/* The C library's: it knows the thread's id, for locks. */
	pid_t pid = fork();
	record_made("fork");
	if (pid == 0)
		alarm(CHILD_SECONDS);
	return pid;
}

int family_wait(pid_t child)
{
	int status = -1;
	while (QUIET(wait4, child, &status, __WALL, NULL) == -EINTR)
		;
	return status;
}

static time_t seconds_now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

/* How many seconds it was seen stopped without a pause; it is looked at once a second. */
static int stopped_seconds(pid_t child, time_t *looked, int seconds)
{
	if (seconds_now() == *looked)
		return seconds;
	*looked = seconds_now();
	char state = family_state(child, 0);
	return state == 't' || state == 'T' ? seconds + 1 : 0;
}

int family_wait_stopped(pid_t child, int flags)
{
	int status = -1, seconds = 0;
	unsigned pause_us = WAIT_MIN_US;
	time_t looked = seconds_now();
	while (QUIET(wait4, child, &status, __WALL | WNOHANG | flags, NULL) == 0) {
		seconds = stopped_seconds(child, &looked, seconds);
		if (seconds >= STOPPED_SECONDS) {
			NOTE("killed: it stayed stopped (%c)", family_state(child, 0));
			QUIET(kill, child, SIGKILL);
			seconds = 0;
		}
		usleep(pause_us);
		pause_us = pause_us < WAIT_MAX_US ? pause_us * 2 : pause_us;
	}
	return status;
}

void family_status(const char *what, int status)
{
	if (status == -1)
		NOTE("%s: no status", what);
	else if (WIFEXITED(status))
		NOTE("%s: exit %d", what, WEXITSTATUS(status));
	else if (WIFSTOPPED(status))
		NOTE("%s: stopped by %s", what, sigabbrev_np(WSTOPSIG(status)));
	else if (WIFCONTINUED(status))
		NOTE("%s: continued", what);
	else
		NOTE("%s: killed by %s", what, sigabbrev_np(WTERMSIG(status)) ?: "a real-time signal");
}

void family_end(const char *what, pid_t child)
{
	family_status(what, family_wait(child));
}

void family_kill(pid_t child)
{
	QUIET(kill, child, SIGKILL);
	(void)family_wait(child);
}

char family_state(pid_t pid, pid_t tid)
{
	char path[64], text[512];
	snprintf(path, sizeof path, tid ? "/proc/%d/task/%d/stat" : "/proc/%d/stat", pid, tid);
	int fd = open(path, O_RDONLY);
	ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (fd >= 0)
		close(fd);
	if (got <= 0)
		return 0;
	text[got] = '\0';
	const char *end = strrchr(text, ')');
	return end ? end[2] : 0;
}

bool family_thread_is(pid_t pid, pid_t tid, const char *states)
{
	for (int i = 0; i < TRIES; i++) {
		char state = family_state(pid, tid);
		if (state && strchr(states, state))
			return true;
		usleep(TRY_US);
	}
	return false;
}

bool family_state_is(pid_t pid, const char *states)
{
	return family_thread_is(pid, 0, states);
}

bool family_word_is(const volatile int *word, int value)
{
	for (int i = 0; i < TRIES && *word != value; i++)
		usleep(TRY_US);
	return *word == value;
}

static int threads_count(void)
{
	DIR *tasks = opendir("/proc/self/task");
	int count = 0;
	for (const struct dirent *entry; tasks && (entry = readdir(tasks));)
		count += entry->d_name[0] != '.';
	if (tasks)
		closedir(tasks);
	return count;
}

bool family_is_alone(void)
{
	int count = threads_count();
	for (int i = 0; i < TRIES && count != 1; i++) {
		usleep(TRY_US);
		count = threads_count();
	}
	return count == 1;
}

int *family_memory(void)
{
	return mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

struct gate gate_make(void)
{
	struct gate gate = {{-1, -1}};
	if (pipe(gate.ends) != 0)
		record_expectation("a pipe", false);
	return gate;
}

void gate_open(struct gate *gate)
{
	ssize_t written = write(gate->ends[1], "", 1);
	(void)written;
}

void gate_wait(struct gate *gate)
{
	char byte;
	while (read(gate->ends[0], &byte, 1) < 0 && errno == EINTR)
		;
}

/* Found in time: of a process whose leader has ended, /proc does not tell. */
static char program[4096];

__attribute__((constructor)) static void program_find(void)
{
	ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
	program[length < 0 ? 0 : length] = '\0';
}

long part_execute(const char *name, const char *argument)
{
	const char *const arguments[] = {"conform", "--part", name, argument, NULL};
	return QUIET(execve, program, arguments, environ);
}

int part_run(char **arguments)
{
	for (const struct part *part = __start_parts; part < __stop_parts; part++)
		if (arguments[0] && strcmp(part->name, arguments[0]) == 0)
			return part->run(arguments + 1);
	fprintf(stderr, "conform: no part %s\n", arguments[0] ? arguments[0] : "");
	return 1;
}
