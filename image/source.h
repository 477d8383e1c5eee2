/* Collects the root file system and the configuration of an image to be made. */
#ifndef IMAGE_SOURCE_H
#define IMAGE_SOURCE_H

#include "image/progress.h"
#include "image/request.h"
#include "image/root.h"
#include "image/scan.h"

struct source {
	struct root root;
	struct spool spool;
	bool has_spool;
	struct scan scan; /* where files of a directory come from */
	bool has_scan;
	char *config; /* NUL-terminated, NULL: none; freed with the source */
	size_t config_bytes;
	const char *dir; /* where temporary files may be made */
	struct progress *progress;
};

/* Takes apart what the request names. Returns 0 or -1; after success, to be closed when the root is written. */
int source_open(struct source *source, const struct image_request *request, const char *dir, struct progress *progress,
		struct error *error);
void source_close(struct source *source);

/* Kinds of sources. Each fills the source's root and, where there is one, its configuration; returns 0 or -1. */
int source_program(struct source *source, const char *path, struct error *error);
int source_debian(struct source *source, const char *packages, struct error *error);

#endif
