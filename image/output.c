/* All or nothing: see output.h. */
#define _GNU_SOURCE 1

#include "image/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MODE 0644
#define NAME_TRIES 100

/* A name beside the path that nobody else uses; the caller frees it. NULL: out of memory. */
static char *temporary_name(const char *path, unsigned try)
{
	char *name;

	return asprintf(&name, "%s.%ld-%u.tmp", path, (long)getpid(), try) < 0 ? NULL : name;
}

static int nameless_open(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
	int fd = dir ? open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, FILE_MODE) : -1;

	free(dir);
	return fd;
}

int output_create(struct output *output, const char *path, struct error *error)
{
	*output = (struct output){.path = path, .fd = nameless_open(path)};
	for (unsigned try = 0; output->fd < 0 && try < NAME_TRIES; try++) {
		free(output->temporary);
		output->temporary = temporary_name(path, try);
		if (!output->temporary)
			return error_set(error, "out of memory");
		output->fd = open(output->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
		if (output->fd < 0 && errno != EEXIST)
			break;
	}
	if (output->fd >= 0)
		return 0;
	error_set(error, "%s: could not be created: %s", path, strerror(errno));
	free(output->temporary);
	return -1;
}

int output_write(const struct output *output, const void *bytes, uint64_t size, uint64_t offset, struct error *error)
{
	const char *next = bytes;

	while (size) {
		ssize_t done = pwrite(output->fd, next, size, (off_t)offset);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return error_set(error, "%s: could not be written: %s", output->path, strerror(errno));
		next += done;
		offset += (uint64_t)done;
		size -= (uint64_t)done;
	}
	return 0;
}

/* link(2) does not replace: so even a nameless file gets a temporary name first. */
static int name_give(struct output *output)
{
	char source[32];

	if (output->temporary)
		return 0;
	snprintf(source, sizeof(source), "/proc/self/fd/%d", output->fd);
	for (unsigned try = 0; try < NAME_TRIES; try++) {
		free(output->temporary);
		output->temporary = temporary_name(output->path, try);
		if (!output->temporary)
			return -1;
		if (linkat(AT_FDCWD, source, AT_FDCWD, output->temporary, AT_SYMLINK_FOLLOW) == 0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	free(output->temporary);
	output->temporary = NULL;
	return -1;
}

int output_publish(struct output *output, struct error *error)
{
	/* After a power failure a file with its name, but without its bytes, would look like a good one. */
	if (fdatasync(output->fd) < 0 || name_give(output) < 0 || rename(output->temporary, output->path) < 0) {
		error_set(error, "%s: could not be written: %s", output->path, strerror(errno));
		output_discard(output);
		return -1;
	}
	free(output->temporary);
	close(output->fd);
	return 0;
}

void output_discard(struct output *output)
{
	if (output->temporary)
		unlink(output->temporary);
	free(output->temporary);
	close(output->fd);
}
