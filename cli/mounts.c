/* -v, --tmpfs, --read-only: see mounts.h. The tender is told --volume=FD:KIND:PATH and --tmpfs=BYTES:MODE:PATH. */
#define _GNU_SOURCE /* memrchr, asprintf */
#include "cli/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/image.h"

#define MODE_DEFAULT 01777u
#define MODE_MAX 07777u

/* One option for the tender, and where in the guest it is about. */
struct mount {
	const char *path;
	const char *word;
	bool is_default; /* gives way to what was asked for */
};

struct mounts {
	struct mount *list;
	size_t count;
};

/* As podman: what programs expect to be able to write to. */
static const char *const writable[] = {"/run:mode=755", "/tmp", "/var/tmp"};

/*
 * Keeps the list in the order of paths, so that what lies on another mount comes after it. Trailing slashes were cut.
 * `word` ends in the path.
 */
static int mount_add(struct mounts *mounts, const struct mount *new)
{
	size_t i = mounts->count;

	for (; i > 0; i--) {
		int order = strcmp(mounts->list[i - 1].path, new->path);

		if (order == 0 && new->is_default)
			return 0;
		if (order == 0)
			return complain("%s: something is mounted there already: -v and --tmpfs may name a place once",
					new->path);
		if (order < 0)
			break;
	}
	memmove(&mounts->list[i + 1], &mounts->list[i], (mounts->count - i) * sizeof(*mounts->list));
	mounts->list[i] = *new;
	mounts->count++;
	return 0;
}

/* An absolute path without slashes at its end, of which one is meant that is not the root. */
static size_t path_length(const char *path, size_t length)
{
	while (length > 0 && path[length - 1] == '/')
		length--;
	return path[0] == '/' ? length : 0;
}

/* 64m, 1g, 512k or bytes. */
static bool size_parse(const char *text, size_t length, uint64_t *bytes)
{
	char *end;
	unsigned shift = 0;

	errno = 0;
	*bytes = strtoull(text, &end, 10);
	if (errno || end == text || text[0] < '0' || text[0] > '9')
		return false;
	if (end < text + length) {
		const char *unit = strchr("kmgKMG", *end);

		if (!unit || end + 1 != text + length)
			return false;
		shift = (unsigned)(strchr("kmg", *unit | 0x20) - "kmg" + 1) * 10;
	}
	if (*bytes > (uint64_t)INT64_MAX >> shift)
		return false;
	*bytes <<= shift;
	return true;
}

/* size=N and mode=N, with commas in between; what Linux has besides is taken, and has no effect here. */
static bool tmpfs_options_parse(const char *text, uint64_t *bytes, unsigned *mode)
{
	static const char *const without_effect[] = {"rw", "noexec", "exec", "nosuid", "suid", "nodev", "dev"};

	while (*text) {
		size_t length = strcspn(text, ",");
		bool known = false;

		for (size_t i = 0; i < sizeof(without_effect) / sizeof(without_effect[0]); i++)
			known |= strlen(without_effect[i]) == length && memcmp(text, without_effect[i], length) == 0;
		if (strncmp(text, "size=", 5) == 0) {
			known = size_parse(text + 5, length - 5, bytes);
		} else if (strncmp(text, "mode=", 5) == 0) {
			char *end;
			unsigned long value = strtoul(text + 5, &end, 8);

			known = end == text + length && length > 5 && value <= MODE_MAX;
			*mode = (unsigned)value;
		}
		if (!known)
			return false;
		text += length + (text[length] == ',');
	}
	return true;
}

static int tmpfs_add(struct mounts *mounts, const char *text, bool is_default)
{
	size_t until = strcspn(text, ":"), length = path_length(text, until);
	struct mount mount = {.is_default = is_default};
	unsigned mode = MODE_DEFAULT;
	uint64_t bytes = 0;
	char *word;

	if (length == 0)
		return complain("--tmpfs %s: it must be an absolute path, and not /", text);
	if (text[until] && !tmpfs_options_parse(text + until + 1, &bytes, &mode))
		return complain("--tmpfs %s: behind the colon there may be size=N[k|m|g] and mode=OCTAL", text);
	if (asprintf(&word, "--tmpfs=%llu:%o:%.*s", (unsigned long long)bytes, mode, (int)length, text) < 0)
		return complain("out of memory");
	mount.word = word;
	mount.path = word + strlen(word) - length;
	return mount_add(mounts, &mount);
}

/* HOST:GUEST:ro, cut at the last colons: a host's path may have some. */
static int volume_split(const char *text, char host[PATH_MAX], const char **guest, size_t *guest_length)
{
	size_t length = strlen(text);
	const char *colon;

	if (length < 3 || strcmp(text + length - 3, ":ro") != 0)
		return complain("-v %s: it must end in :ro: files are packed when the guest starts, and what it writes "
				"does not come back",
				text);
	length -= 3;
	colon = memrchr(text, ':', length);
	*guest = colon ? colon + 1 : text;
	*guest_length = path_length(*guest, length - (size_t)(*guest - text));
	if (!colon || colon == text || *guest_length == 0)
		return complain("-v %s: it must be PATH:/PATH:ro, the second one not /", text);
	if (colon - text >= PATH_MAX)
		return complain("-v %s: path too long", text);
	memcpy(host, text, (size_t)(colon - text));
	host[colon - text] = '\0';
	return 0;
}

static int volume_add(struct mounts *mounts, const char *text)
{
	char host[PATH_MAX], image[PATH_MAX];
	struct mount mount = {0};
	struct stat status;
	struct error error = {0};
	const char *guest = text;
	size_t guest_length = 0;
	char *word;
	int fd, kept;

	if (volume_split(text, host, &guest, &guest_length) != 0)
		return 1;
	if (stat(host, &status) < 0)
		return complain("-v %s: %s", host, strerror(errno));
	fd = image_of_files(host, image, sizeof(image), &error);
	if (fd < 0)
		return complain("-v %s", error.text);
	kept = fcntl(fd, F_DUPFD, STDERR_FILENO + 1);
	close(fd);
	if (kept < 0)
		return complain("-v %s: %s", host, strerror(errno));
	if (asprintf(&word, "--volume=%d:%s:%.*s", kept, S_ISDIR(status.st_mode) ? "dir" : "file", (int)guest_length,
		     guest) < 0)
		return complain("out of memory");
	mount.word = word;
	mount.path = word + strlen(word) - guest_length;
	return mount_add(mounts, &mount);
}

static int all_add(const struct run_options *options, struct mounts *mounts)
{
	for (size_t i = 0; i < options->tmpfs.count; i++) {
		if (tmpfs_add(mounts, options->tmpfs.words[i], false) != 0)
			return 1;
	}
	for (size_t i = 0; i < options->volumes.count; i++) {
		if (volume_add(mounts, options->volumes.words[i]) != 0)
			return 1;
	}
	for (size_t i = 0; options->read_only && i < sizeof(writable) / sizeof(writable[0]); i++) {
		if (tmpfs_add(mounts, writable[i], true) != 0)
			return 1;
	}
	return 0;
}

int mounts_add(const struct run_options *options, struct word_list *tender)
{
	size_t most = options->tmpfs.count + options->volumes.count + sizeof(writable) / sizeof(writable[0]);
	struct mounts mounts = {0};
	int result;

	if (!options->read_only && options->tmpfs.count + options->volumes.count == 0)
		return 0;
	mounts.list = calloc(most, sizeof(*mounts.list));
	if (!mounts.list)
		return complain("out of memory");
	result = all_add(options, &mounts);
	for (size_t i = 0; result == 0 && i < mounts.count; i++)
		result = word_add(tender, mounts.list[i].word);
	if (result == 0 && options->read_only)
		result = word_add(tender, "--read-only");
	free(mounts.list);
	return result;
}
