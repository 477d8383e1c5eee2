/* Images that perf's record names, and the files in them: see perf_names.h. */
#include "cli/debug/perf_names.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/debug/image_index.h"

/* A name that the record has, looked at once. */
struct known {
	struct known *next;
	bool is_image;
	struct image_index image;
	char name[];
};

struct perf_names {
	const char *directory;
	struct known *known;
};

struct perf_names *perf_names_new(const char *directory)
{
	struct perf_names *names = calloc(1, sizeof(*names));

	if (names)
		names->directory = directory;
	return names;
}

void perf_names_free(struct perf_names *names)
{
	while (names->known) {
		struct known *known = names->known;

		names->known = known->next;
		if (known->is_image)
			image_index_close(&known->image);
		free(known);
	}
	free(names);
}

static bool begins_as_image(int fd)
{
	char magic[sizeof(IMAGE_MAGIC)];

	return pread(fd, magic, sizeof(magic), 0) == (ssize_t)sizeof(magic) &&
	       memcmp(magic, IMAGE_MAGIC, sizeof(magic)) == 0;
}

/* Opens what the name stands for. What is no file, or none any more, keeps its name. */
static int known_look(struct known *known, struct error *error)
{
	int fd = known->name[0] == '/' ? open(known->name, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;
	int result = 0;

	if (fd >= 0 && begins_as_image(fd)) {
		result = image_index_open(&known->image, fd, error);
		known->is_image = result == 0;
	}
	if (fd >= 0)
		close(fd);
	return result;
}

/* NULL with *error. */
static struct known *known_get(struct perf_names *names, const char *name, struct error *error)
{
	struct known *known = names->known;

	while (known && strcmp(known->name, name) != 0)
		known = known->next;
	if (known)
		return known;
	known = calloc(1, sizeof(*known) + strlen(name) + 1);
	if (!known) {
		error_set(error, "out of memory");
		return NULL;
	}
	memcpy(known->name, name, strlen(name) + 1);
	known->next = names->known;
	names->known = known;
	return known_look(known, error) < 0 ? NULL : known;
}

int perf_names_find(struct perf_names *names, const char *name, uint64_t *offset, char better[PERF_NAME_MAX],
		    struct error *error)
{
	struct known *known = known_get(names, name, error);
	const struct image_extent *extent;
	const char *path;

	if (!known)
		return -1;
	extent = known->is_image ? image_index_at(&known->image, *offset) : NULL;
	if (!extent)
		return 0;
	path = image_file_extract(&known->image, extent->file, names->directory, error);
	if (!path)
		return -1;
	if ((size_t)snprintf(better, PERF_NAME_MAX, "%s%s", path, extent->is_stubs ? "[stubs]" : "") >= PERF_NAME_MAX)
		return error_set(error, "%s: path too long", path);
	*offset = *offset - extent->start + (extent->is_stubs ? 0 : extent->offset);
	return 1;
}
