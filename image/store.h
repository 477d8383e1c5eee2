/*
 * Where images are kept: $XDG_CACHE_HOME/tend or ~/.cache/tend.
 *
 *   images/HEX.tend    each under the SHA-256 of its bytes
 *   names/NAME         symbolic links to images, made by people
 *   sources/KEY-SUM    likewise, from sources that were built to be run; KEY stands for the source, SUM for its state
 *   lock, *.lock       flock(2): shared by who adds a link, exclusive for who removes images; and one for each source
 *
 * Every change is one rename or unlink, so that whoever is killed leaves nothing broken; images in use stay open.
 * Functions return 0 or -1 with an error, unless they say otherwise.
 */
#ifndef IMAGE_STORE_H
#define IMAGE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/file.h>
#include <time.h>

#include "tender/error.h"

#define STORE_SUFFIX ".tend"

/* The path of something in the store, whose directories exist then; `path` has PATH_MAX bytes. */
int store_path(char *path, const char *name, struct error *error);

/* Takes a lock of LOCK_SH or LOCK_EX, and waits for it unless LOCK_NB is with it. A descriptor to close, or -1. */
int store_lock(const char *name, int operation, struct error *error);

/* Whether a text may name an image: letters, digits and . _ : @ - but not first. */
bool store_name_is_good(const char *name);

/* Makes the link `links`/`name`, or moves it, to the image of that number. The lock is held. */
int store_link(const char *links, const char *name, const char *hex, struct error *error);

/* The hexadecimal digits of the image a link leads to; -1 without a message: there is no such link. */
int store_resolve(const char *links, const char *name, char hex[65]);

struct store_image {
	char name[256]; /* "" for one without */
	char hex[65];
	uint64_t bytes;
	time_t created;
	bool is_source; /* kept for a source, not for a name */
};

/* Every link, and images without any; by name. The caller frees the list. */
int store_list(struct store_image **images, size_t *count, struct error *error);

/* Removes images without links, and what killed builders left, unless others work with the store: then nothing. */
int store_sweep(uint64_t *bytes, struct error *error);

/* Removes all links to images of sources. */
int store_sources_remove(struct error *error);

#endif
