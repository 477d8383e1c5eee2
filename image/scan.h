/* Puts files of a directory into a root file system. Their bytes are read when they are needed. */
#ifndef IMAGE_SCAN_H
#define IMAGE_SCAN_H

#include <sys/stat.h>

#include "image/root.h"

struct scan {
	struct root *root;
	const char *name; /* of the directory, for messages */
	int fd;           /* of the directory */
	bool owners_kept; /* or else all is root's */
	/*
	 * Only some of the files are taken: what cannot be read is left out, and counted; and directories have no
	 * times, which are those of other files, too.
	 */
	bool is_partial;
	uint32_t skipped;
	struct scan_link *links; /* files with several names: a hash table */
	uint32_t link_count;
	uint32_t link_capacity;
};

/*
 * Opens the directory, which must stay until the root is written, as must `name`. Returns 0 or -1; to be closed after
 * success.
 */
int scan_open(struct scan *scan, struct root *root, const char *name, struct error *error);
void scan_close(struct scan *scan);

/* The whole directory becomes the root file system. */
int scan_all(struct scan *scan, struct error *error);

/*
 * One file, without what is in it if it is a directory. `path` starts from the directory and leads through no symbolic
 * link; `status` is lstat's.
 */
int scan_one(struct scan *scan, const char *path, const struct stat *status, struct error *error);

/* The inode of a regular file anywhere, symbolic links followed, without a name yet. NULL after an error. */
struct root_inode *scan_file(struct scan *scan, const char *path, const struct stat *status, struct error *error);

#endif
