/* Files of this host, put into a root file system under the names they have here. */
#ifndef IMAGE_HOST_FILES_H
#define IMAGE_HOST_FILES_H

#include "image/scan.h"

/*
 * Adds a file with all that its name leads through: directories, and symbolic links with what they lead to. Of a
 * directory, nothing that is in it. What does not exist, or is in /proc, /sys or /dev, is left out. `scan` is that of
 * the host's root. Returns 0 or -1.
 */
int host_file_add(struct scan *scan, const char *path, struct error *error);

/* Adds the files of a directory likewise, whose names end so, if there is such a directory. */
int host_directory_add(struct scan *scan, const char *path, const char *end, struct error *error);

#endif
