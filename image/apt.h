/* Fetches Debian packages with apt. */
#ifndef IMAGE_APT_H
#define IMAGE_APT_H

#include <limits.h>
#include <stdint.h>

#include "image/progress.h"
#include "tender/error.h"

struct apt {
	char dir[PATH_MAX];      /* our own, in the store */
	char archives[PATH_MAX]; /* where the packages' files are */
	char **files;            /* their names, in apt's order */
	uint32_t count;
	int lock; /* keeps others from it */
};

/*
 * Resolves package names, separated by commas, with all that they depend on, and downloads what is not there yet. The
 * host's sources and keys are used; its lists of packages too, unless they are missing or out of date. Returns 0 or -1;
 * to be closed after success, until when the files stay. May block on others that fetch.
 */
int apt_fetch(struct apt *apt, const char *packages, struct progress *progress, struct error *error);
void apt_close(struct apt *apt);

/*
 * Takes the file names out of what `apt-get --print-uris` prints, 'URI' FILE SIZE HASH in each line. Lines of another
 * form are skipped; a name with a slash, or one that is a dot or two, is refused. Returns 0 or -1; the names are the
 * caller's to free in both cases.
 */
int apt_files_parse(const char *text, char ***files, uint32_t *count, struct error *error);

#endif
