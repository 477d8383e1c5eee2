/* -v, --tmpfs, --read-only: see mounts.h. The tender's options say how: --volume=FD:KIND:PATH, --tmpfs=PATH[:...]. */
#define _GNU_SOURCE /* memrchr */
#include "cli/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/image.h"

/* As podman: what programs expect to be able to write to. */
static const char *const written[] = {"/tmp:mode=1777", "/run", "/var/tmp:mode=1777"};

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
	if (!colon || colon == text || colon[1] != '/')
		return complain("-v %s: it must be PATH:/PATH:ro", text);
	if (colon - text >= PATH_MAX)
		return complain("-v %s: path too long", text);
	memcpy(host, text, (size_t)(colon - text));
	host[colon - text] = '\0';
	*guest = colon + 1;
	*guest_length = length - (size_t)(colon + 1 - text);
	return 0;
}

static int volume_add(const char *text, struct word_list *tender)
{
	char host[PATH_MAX], image[PATH_MAX];
	const char *guest = NULL;
	size_t guest_length = 0;
	struct stat status;
	struct error error = {0};
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
	return word_print(tender, "--volume=%d:%s:%.*s", kept, S_ISDIR(status.st_mode) ? "dir" : "file",
			  (int)guest_length, guest);
}

int mounts_add(const struct run_options *options, struct word_list *tender)
{
	if (options->read_only) {
		if (word_add(tender, "--read-only") != 0)
			return 1;
		for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
			if (word_print(tender, "--tmpfs=%s", written[i]) != 0)
				return 1;
		}
	}
	for (size_t i = 0; i < options->tmpfs.count; i++) {
		if (word_print(tender, "--tmpfs=%s", options->tmpfs.words[i]) != 0)
			return 1;
	}
	for (size_t i = 0; i < options->volumes.count; i++) {
		if (volume_add(options->volumes.words[i], tender) != 0)
			return 1;
	}
	return 0;
}
