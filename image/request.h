/* What an image is to be made of. */
#ifndef IMAGE_REQUEST_H
#define IMAGE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

enum image_kind {
	IMAGE_KIND_AUTO,    /* what the source looks like */
	IMAGE_KIND_ROOT,    /* a directory, or a tar archive, that holds the root's files */
	IMAGE_KIND_OCI,     /* an OCI layout: its directory, or an archive of it */
	IMAGE_KIND_DOCKER,  /* what `docker save` writes */
	IMAGE_KIND_PROGRAM, /* a program of this host with all it needs */
	IMAGE_KIND_FILE,    /* a regular file, which becomes the only entry, "file" */
	IMAGE_KIND_DEBIAN,  /* names of Debian packages, separated by commas */
};

struct image_request {
	enum image_kind kind;
	const char *source;    /* archives: "-" is standard input */
	const char *reference; /* which image of several in the source; NULL: the only one */
	const char *config;    /* OCI image configuration in the place of the source's own; NULL: that */
	size_t config_bytes;
	bool shows_progress;
};

#endif
