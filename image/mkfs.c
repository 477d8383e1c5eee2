/* mkfs.erofs as a child process: see mkfs.h. */
#define _GNU_SOURCE 1

#include "image/mkfs.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where the child finds its output. */
#define CHILD_FD 3
#define CHILD_PATH "/proc/self/fd/3"
/*
 * The time of the file system, and the latest that a file may have: beyond every real one, so that files keep theirs.
 * (Python's compiled modules, make and rsync compare times. Option -T would give all files the same.)
 */
#define SOURCE_DATE "SOURCE_DATE_EPOCH=99999999999"
#define UUID "-U74656e64-0000-4000-8000-000000000001"
/* mkfs.erofs 1.5 cuts longer names off, and then does not find the file. */
#define NAME_MAX_PACKED 254
#define MESSAGE_MAX 4096
#define DESCRIPTORS_MAX 64

/* What nftw(3) found to be at fault; it has no way to hand a pointer through. */
static __thread struct error *culprit_error;

static int culprit_check(const char *path, const struct stat *stat, int flag, struct FTW *ftw)
{
	if (strlen(path + ftw->base) > NAME_MAX_PACKED)
		return error_set(culprit_error, "%s: its name is longer than the %d bytes mkfs.erofs can pack", path,
				 NAME_MAX_PACKED);
	if (flag == FTW_DNR || flag == FTW_NS ||
	    (S_ISREG(stat->st_mode) && faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) < 0))
		return error_set(culprit_error, "%s: could not be read: %s", path, strerror(EACCES));
	return 0;
}

static bool culprit_find(const char *root, struct error *error)
{
	culprit_error = error;
	return nftw(root, culprit_check, DESCRIPTORS_MAX, FTW_PHYS) < 0 && error->text[0];
}

/* Of what mkfs.erofs wrote, the errno and the last line that tells of an error. */
static int message_parse(char *message, const char **line)
{
	char *next, *text = message;
	int number = 0;

	*line = "no reason given";
	for (; text; text = next) {
		const char *mark;

		next = strchr(text, '\n');
		if (next)
			*next++ = 0;
		if (strncmp(text, "<E>", 3) != 0)
			continue;
		*line = text + 3 + strspn(text + 3, " \t");
		mark = strstr(text, "[Error ");
		if (mark)
			number = (int)strtol(mark + strlen("[Error "), NULL, 10);
	}
	return number;
}

static int failure_explain(const char *root, const char *output, char *message, struct error *error)
{
	const char *line;
	int number = message_parse(message, &line);

	if (number == ENOSPC || number == EDQUOT || number == EFBIG)
		return error_set(error, "%s: could not be written: %s", output, strerror(number));
	if (culprit_find(root, error))
		return -1;
	return error_set(error, "%s: mkfs.erofs could not pack it: %s", root, line);
}

/* The environment with the time; entries are shared, the array is the caller's. */
static char **environment_make(void)
{
	static char date[] = SOURCE_DATE;
	size_t count = 0, used = 0;
	char **copy;

	while (environ[count])
		count++;
	copy = calloc(count + 2, sizeof(*copy));
	if (!copy)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (strncmp(environ[i], "SOURCE_DATE_EPOCH=", strlen("SOURCE_DATE_EPOCH=")) != 0)
			copy[used++] = environ[i];
	}
	copy[used] = date;
	return copy;
}

/* Starts the child with its standard output and error on `messages`. Returns 0 or an errno. */
static int child_start(const char *root, int fd, int messages, pid_t *child)
{
	const char *owners = geteuid() == 0 ? "--quiet" : "--all-root";
	const char *arguments[] = {"mkfs.erofs", "--quiet",  owners, UUID, "-Enoinline_data",
				   "--",         CHILD_PATH, root,   NULL};
	posix_spawn_file_actions_t actions;
	char **environment = environment_make();
	int error;

	if (!environment)
		return ENOMEM;
	error = posix_spawn_file_actions_init(&actions);
	if (error) {
		free(environment);
		return error;
	}
	posix_spawn_file_actions_adddup2(&actions, messages, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, messages, STDERR_FILENO);
	posix_spawn_file_actions_adddup2(&actions, fd, CHILD_FD);
	error = posix_spawnp(child, arguments[0], &actions, NULL, (char **)(uintptr_t)arguments, environment);
	posix_spawn_file_actions_destroy(&actions);
	free(environment);
	return error;
}

/* Reads to the end, keeping the last half of the buffer at least. */
static void messages_read(int fd, char *buffer, size_t size)
{
	size_t used = 0;
	ssize_t got;

	while ((got = read(fd, buffer + used, size - 1 - used)) > 0 || (got < 0 && errno == EINTR)) {
		used += got > 0 ? (size_t)got : 0;
		if (used == size - 1) {
			memmove(buffer, buffer + size / 2, used - size / 2);
			used -= size / 2;
		}
	}
	buffer[used] = 0;
}

int mkfs_run(const char *root, int fd, const char *output, struct error *error)
{
	char message[MESSAGE_MAX];
	int status = 0, number, ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set(error, "pipe: %s", strerror(errno));
	number = child_start(root, fd, ends[1], &child);
	close(ends[1]);
	if (number) {
		close(ends[0]);
		return number == ENOENT ? error_set(error, "mkfs.erofs: not found: install the package erofs-utils")
					: error_set(error, "mkfs.erofs: could not be started: %s", strerror(number));
	}
	messages_read(ends[0], message, sizeof(message));
	close(ends[0]);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFSIGNALED(status))
		return error_set(error, "mkfs.erofs: killed by signal %d", WTERMSIG(status));
	return failure_explain(root, output, message, error);
}
