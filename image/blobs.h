/*
 * The files of an OCI layout or docker archive, be it a directory or an archive, found by their names. What they hold
 * and how they are linked is hostile.
 */
#ifndef IMAGE_BLOBS_H
#define IMAGE_BLOBS_H

#include <jansson.h>

#include "image/source.h"

struct blobs {
	struct root root;
	struct spool spool;
	struct scan scan;
	bool is_archive;
	const char *name; /* the caller's */
};

/* Returns 0 or -1; to be closed after success. `dir`: where temporary files may be made. */
int blobs_open(struct blobs *blobs, const char *path, const char *dir, struct progress *progress, struct error *error);
void blobs_close(struct blobs *blobs);

/* A regular file, or NULL. */
const struct content *blobs_find(const struct blobs *blobs, const char *path);

/*
 * A small file as text, NUL-terminated; the caller frees it. `digest`, if not NULL, is what its contents must have.
 * NULL after an error.
 */
char *blobs_text(const struct blobs *blobs, const char *path, const char *digest, size_t *bytes, struct error *error);

/* Whether contents have the digest that is wanted, which may be NULL. Returns 0 or -1. */
int blobs_digest_check(const char *path, const char *wanted, const char *found, struct error *error);

/* The same as JSON, whose top is an object or an array as wanted. */
json_t *blobs_json(const struct blobs *blobs, const char *path, const char *digest, struct error *error);

/* Where a layer is: its path in `path`, and the digest of its file, NULL if that is not known. Returns 0 or -1. */
#define BLOBS_PATH_MAX 256u
typedef int blobs_layer_place(const json_t *layer, char path[BLOBS_PATH_MAX], const char **digest, struct error *error);

/*
 * An image: keeps the configuration and unpacks the layers, one over the other. What each must contain the
 * configuration says. Returns 0 or -1.
 */
int blobs_image(const struct blobs *blobs, const char *config_path, const char *config_digest, const json_t *layers,
		blobs_layer_place *place, struct source *source, struct error *error);

/* Finds the image that is meant in an OCI layout, or in a docker archive, and takes it. Returns 0 or -1. */
int blobs_oci(const struct blobs *blobs, const char *reference, struct source *source, struct error *error);
int blobs_docker(const struct blobs *blobs, const char *reference, struct source *source, struct error *error);

#endif
