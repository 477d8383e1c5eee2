/* Files of OCI layouts and docker archives: see blobs.h. */
#define _GNU_SOURCE 1

#include "image/blobs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image/archive.h"
#include "image/config.h"
#include "image/json.h"

static int archive_open(struct blobs *blobs, const char *path, const char *dir, struct progress *progress,
			struct error *error)
{
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct archive_descriptor input;
	struct archive_job job = {
		.input = archive_descriptor_input(&input, fd, path),
		.name = path,
		.root = &blobs->root,
		.spool = &blobs->spool,
		.progress = progress,
	};
	int result;

	if (fd < 0)
		return error_set(error, "%s: %s", path, strerror(errno));
	progress_stage(progress, 0, "reading %s", path);
	result = spool_open(&blobs->spool, dir, error);
	if (result == 0) {
		result = archive_unpack(&job, error);
		if (result < 0)
			spool_close(&blobs->spool);
	}
	if (fd != STDIN_FILENO)
		close(fd);
	return result;
}

static int directory_open(struct blobs *blobs, const char *path, struct error *error)
{
	if (scan_open(&blobs->scan, &blobs->root, path, error) < 0)
		return -1;
	if (scan_all(&blobs->scan, error) == 0)
		return 0;
	scan_close(&blobs->scan);
	return -1;
}

int blobs_open(struct blobs *blobs, const char *path, const char *dir, struct progress *progress, struct error *error)
{
	struct stat status;
	int result;

	*blobs = (struct blobs){.name = path};
	blobs->is_archive = strcmp(path, "-") == 0 || stat(path, &status) < 0 || !S_ISDIR(status.st_mode);
	if (root_make(&blobs->root, error) < 0)
		return -1;
	result = blobs->is_archive ? archive_open(blobs, path, dir, progress, error)
				   : directory_open(blobs, path, error);
	if (result < 0)
		root_free(&blobs->root);
	return result;
}

void blobs_close(struct blobs *blobs)
{
	if (blobs->is_archive)
		spool_close(&blobs->spool);
	else
		scan_close(&blobs->scan);
	root_free(&blobs->root);
}

const struct content *blobs_find(const struct blobs *blobs, const char *path)
{
	const struct root_inode *inode = root_find(&blobs->root, path);

	return inode && S_ISREG(inode->attributes.mode) ? &inode->content : NULL;
}

static const struct content *content_find(const struct blobs *blobs, const char *path, struct error *error)
{
	const struct content *content = blobs_find(blobs, path);

	if (!content)
		error_set(error, "%s is missing", path);
	return content;
}

int blobs_digest_check(const char *path, const char *wanted, const char *found, struct error *error)
{
	if (!wanted || strcmp(wanted, found) == 0)
		return 0;
	return error_set(error, "%s is damaged: its digest is %s, not %s", path, found, wanted);
}

static int text_read(const struct content *content, const char *path, char *text, struct error *error)
{
	struct content_reader reader;
	int result;

	if (content_open(&reader, content, path, error) < 0)
		return -1;
	result = content_read(&reader, 0, text, content->size, path, error);
	content_close(&reader);
	text[content->size] = '\0';
	return result;
}

char *blobs_text(const struct blobs *blobs, const char *path, const char *digest, size_t *bytes, struct error *error)
{
	const struct content *content = content_find(blobs, path, error);
	char found[DIGEST_TEXT_BYTES], *text;
	struct digest sum;

	if (!content)
		return NULL;
	if (content->size > IMAGE_CONFIG_BYTES_MAX) {
		error_set(error, "%s: larger than %u bytes", path, IMAGE_CONFIG_BYTES_MAX);
		return NULL;
	}
	text = malloc(content->size + 1);
	if (!text) {
		error_set(error, "out of memory");
		return NULL;
	}
	if (text_read(content, path, text, error) == 0) {
		digest_start(&sum);
		digest_add(&sum, text, content->size);
		digest_end(&sum, found);
		*bytes = content->size;
		if (blobs_digest_check(path, digest, found, error) == 0)
			return text;
	}
	free(text);
	return NULL;
}

json_t *blobs_json(const struct blobs *blobs, const char *path, const char *digest, struct error *error)
{
	size_t bytes;
	char *text = blobs_text(blobs, path, digest, &bytes, error);
	json_t *json = text ? json_parse(text, bytes, path, error) : NULL;

	free(text);
	return json;
}
