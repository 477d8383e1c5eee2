/* Tells whether a directory tree is still the same, without reading its files. */
#ifndef IMAGE_FINGERPRINT_H
#define IMAGE_FINGERPRINT_H

#include <stdint.h>
#include <sys/stat.h>

#include "tender/error.h"

struct fingerprint {
	uint64_t halves[2];
};

/*
 * Of names, kinds, sizes, owners, times, inode numbers and modes of everything below a directory; changes of content
 * change times. Not for adversaries: whoever can make two trees collide can write the tree anyway. Returns 0 or -1.
 */
int fingerprint_tree(const char *root, struct fingerprint *fingerprint, struct error *error);

/* Takes in what lstat says of a file, but for the number of its names and the time of its last use. */
void fingerprint_file(struct fingerprint *fingerprint, const struct stat *stat);

/* Takes bytes in, the order of calls counting. A fingerprint starts as {0}. */
void fingerprint_add(struct fingerprint *fingerprint, const void *bytes, uint64_t size);

#endif
