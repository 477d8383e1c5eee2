/* What images are made of: see source.h. */
#define _GNU_SOURCE 1

#include "image/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/blobs.h"
#include "image/executable.h"

#define FILE_ENTRY "file"

static int directory_take(struct source *source, const char *path, struct error *error)
{
	if (scan_open(&source->scan, &source->root, path, error) < 0)
		return -1;
	source->has_scan = true;
	/* What an unprivileged user unpacked is his, and was to be somebody else's. */
	source->scan.owners_kept = geteuid() == 0;
	progress_stage(source->progress, 0, "reading %s", path);
	return scan_all(&source->scan, error);
}

/* One file of any directory, under a name of its own. */
static int file_take(struct source *source, const char *path, struct error *error)
{
	struct root_inode *inode;
	struct stat status;

	if (scan_open(&source->scan, &source->root, "/", error) < 0)
		return -1;
	source->has_scan = true;
	source->scan.owners_kept = geteuid() == 0;
	if (stat(path, &status) < 0)
		return error_set(error, "%s: %s", path, strerror(errno));
	inode = scan_file(&source->scan, path, &status, error);
	return inode ? root_put(&source->root, FILE_ENTRY, inode, error) : -1;
}

static enum image_kind blobs_kind(const struct blobs *blobs)
{
	if (blobs_find(blobs, "oci-layout") && blobs_find(blobs, "index.json"))
		return IMAGE_KIND_OCI;
	return blobs_find(blobs, "manifest.json") ? IMAGE_KIND_DOCKER : IMAGE_KIND_ROOT;
}

/* A tar archive of the root itself: it is unpacked. */
static void blobs_become_root(struct blobs *blobs, struct source *source)
{
	struct root root = source->root;
	struct spool spool = source->spool;

	source->root = blobs->root;
	source->spool = blobs->spool;
	blobs->root = root;
	blobs->spool = spool;
}

static int blobs_take(struct blobs *blobs, enum image_kind kind, const char *reference, struct source *source,
		      struct error *error)
{
	struct error why = {0};
	int result = 0;

	if (kind == IMAGE_KIND_AUTO)
		kind = blobs_kind(blobs);
	if (kind == IMAGE_KIND_OCI)
		result = blobs_oci(blobs, reference, source, &why);
	else if (kind == IMAGE_KIND_DOCKER)
		result = blobs_docker(blobs, reference, source, &why);
	else
		blobs_become_root(blobs, source);
	return result < 0 ? error_set(error, "%s: %s", blobs->name, why.text) : 0;
}

static int files_take(struct source *source, const char *path, enum image_kind kind, const char *reference,
		      struct error *error)
{
	struct blobs blobs;
	int result;

	if (spool_open(&source->spool, source->dir, error) < 0)
		return -1;
	source->has_spool = true;
	if (blobs_open(&blobs, path, source->dir, source->progress, error) < 0)
		return -1;
	result = blobs_take(&blobs, kind, reference, source, error);
	blobs_close(&blobs);
	return result;
}

/* What the source is, as far as that can be told without taking it apart. */
static int kind_find(const struct image_request *request, bool *is_directory, enum image_kind *kind,
		     struct error *error)
{
	struct stat status;

	*kind = request->kind;
	*is_directory = false;
	if (strcmp(request->source, "-") == 0)
		return 0;
	if (stat(request->source, &status) < 0)
		return error_set(error, "%s: %s", request->source, strerror(errno));
	*is_directory = S_ISDIR(status.st_mode);
	if (*kind == IMAGE_KIND_AUTO && *is_directory)
		*kind = directory_is_layout(request->source) ? IMAGE_KIND_OCI : IMAGE_KIND_ROOT;
	else if (*kind == IMAGE_KIND_AUTO && file_is_program(request->source))
		*kind = IMAGE_KIND_PROGRAM;
	return 0;
}

static int source_fill(struct source *source, const struct image_request *request, struct error *error)
{
	enum image_kind kind;
	bool is_directory;

	if (request->kind == IMAGE_KIND_DEBIAN)
		return source_debian(source, request->source, error);
	if (kind_find(request, &is_directory, &kind, error) < 0)
		return -1;
	if (kind == IMAGE_KIND_PROGRAM)
		return source_program(source, request->source, error);
	if (kind == IMAGE_KIND_FILE)
		return file_take(source, request->source, error);
	if (kind == IMAGE_KIND_ROOT && is_directory)
		return directory_take(source, request->source, error);
	return files_take(source, request->source, kind, request->reference, error);
}

/* Names in archives may hold anything, and are in the error's text: a terminal is not to obey them. */
static void text_tame(char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < ' ' || *text == '\177')
			*text = '?';
	}
}

int source_open(struct source *source, const struct image_request *request, const char *dir, struct progress *progress,
		struct error *error)
{
	*source = (struct source){.dir = dir, .progress = progress};
	if (root_make(&source->root, error) < 0)
		return -1;
	if (source_fill(source, request, error) == 0)
		return 0;
	if (request->kind != IMAGE_KIND_DEBIAN)
		text_tame(error->text);
	source_close(source);
	return -1;
}

void source_close(struct source *source)
{
	if (source->has_scan)
		scan_close(&source->scan);
	if (source->has_spool)
		spool_close(&source->spool);
	free(source->config);
	root_free(&source->root);
}
