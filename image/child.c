/* Running tools: see child.h. */
#define _GNU_SOURCE 1

#include "image/child.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_BYTES_MAX ((size_t)256 << 20)
#define ERRORS_BYTES_MAX 1500

/* The environment with messages in English; entries are shared, the array is the caller's. */
static char **environment_make(void)
{
	static char locale[] = "LC_ALL=C";
	size_t count = 0, used = 0;
	char **copy;

	while (environ[count])
		count++;
	copy = calloc(count + 2, sizeof(*copy));
	if (!copy)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (strncmp(environ[i], "LC_ALL=", strlen("LC_ALL=")) != 0)
			copy[used++] = environ[i];
	}
	copy[used] = locale;
	return copy;
}

/* Returns 0 or an errno. */
static int spawn(struct child *child, const char *const *arguments, int output)
{
	posix_spawn_file_actions_t actions;
	char **environment = environment_make();
	int number;

	if (!environment)
		return ENOMEM;
	number = posix_spawn_file_actions_init(&actions);
	if (!number) {
		posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
		posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
		posix_spawn_file_actions_adddup2(&actions, child->errors, STDERR_FILENO);
		number = posix_spawnp(&child->pid, arguments[0], &actions, NULL, (char **)(uintptr_t)arguments,
				      environment);
		posix_spawn_file_actions_destroy(&actions);
	}
	free(environment);
	return number;
}

int child_start(struct child *child, const char *const *arguments, const char *package, struct error *error)
{
	int ends[2], number;

	*child = (struct child){.name = arguments[0], .errors = memfd_create("errors", MFD_CLOEXEC)};
	if (child->errors < 0)
		return error_set(error, "memfd_create: %s", strerror(errno));
	if (pipe2(ends, O_CLOEXEC) < 0) {
		close(child->errors);
		return error_set(error, "pipe: %s", strerror(errno));
	}
	number = spawn(child, arguments, ends[1]);
	close(ends[1]);
	child->output = ends[0];
	if (!number)
		return 0;
	close(child->output);
	close(child->errors);
	return number == ENOENT ? error_set(error, "%s: not found: install the package %s", arguments[0], package)
				: error_set(error, "%s: could not be started: %s", arguments[0], strerror(number));
}

/* The end of what it wrote, without the newline. */
static void errors_read(int fd, char *text)
{
	off_t size = lseek(fd, 0, SEEK_END), start = size > ERRORS_BYTES_MAX ? size - ERRORS_BYTES_MAX : 0;
	ssize_t got = pread(fd, text, ERRORS_BYTES_MAX, start);

	if (got < 0)
		got = 0;
	while (got > 0 && text[got - 1] == '\n')
		got--;
	text[got] = '\0';
}

int child_end(struct child *child, struct error *error)
{
	char errors[ERRORS_BYTES_MAX + 1];
	int status = 0;

	close(child->output);
	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	errors_read(child->errors, errors);
	close(child->errors);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFSIGNALED(status))
		return error_set(error, "%s: killed by signal %d", child->name, WTERMSIG(status));
	return error_set(error, "%s: exit status %d: %s", child->name, WEXITSTATUS(status),
			 errors[0] ? errors : "no reason given");
}

/* All of a descriptor, NUL-terminated; NULL after an error. */
static char *output_read(int fd, struct error *error)
{
	size_t size = 0, capacity = 1 << 16;
	char *text = malloc(capacity), *larger;
	ssize_t got = 1;

	while (text && got != 0) {
		got = read(fd, text + size, capacity - size - 1);
		if (got < 0 && errno != EINTR)
			break;
		size += got > 0 ? (size_t)got : 0;
		if (size < capacity - 1)
			continue;
		larger = capacity < OUTPUT_BYTES_MAX ? realloc(text, capacity *= 2) : NULL;
		if (!larger)
			free(text);
		text = larger;
	}
	if (!text) {
		error_set(error, "out of memory");
		return NULL;
	}
	if (got == 0) {
		text[size] = '\0';
		return text;
	}
	free(text);
	error_set(error, "what it wrote could not be read: %s", strerror(errno));
	return NULL;
}

int child_run(const char *const *arguments, const char *package, char **output, struct error *error)
{
	struct child child;
	char *text;
	int result;

	if (child_start(&child, arguments, package, error) < 0)
		return -1;
	text = output_read(child.output, error);
	result = child_end(&child, error);
	if (result == 0 && text && output) {
		*output = text;
		return 0;
	}
	if (!text)
		result = -1;
	free(text);
	return result;
}
