/* Files with several names, of which a scan meets one after the other: scan.c's own. */
#ifndef IMAGE_SCAN_LINK_H
#define IMAGE_SCAN_LINK_H

#include "image/scan.h"

/* The path under which a file was added, or NULL. */
const char *scan_link_find(const struct scan *scan, const struct stat *status);

/* Remembers the path, which lives as long as the scan, of a file that is not known yet. Returns 0 or -1. */
int scan_link_add(struct scan *scan, const struct stat *status, const char *path, struct error *error);

#endif
