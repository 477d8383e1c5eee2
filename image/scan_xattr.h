/* Extended attributes of files that are scanned: scan.c's own. */
#ifndef IMAGE_SCAN_XATTR_H
#define IMAGE_SCAN_XATTR_H

#include "image/scan.h"

/* Those of a file that EROFS can keep, but for security labels of this host. Returns 0 or -1. */
int scan_xattrs_read(const struct scan *scan, const char *path, const char *name, struct root_xattr **list,
		     struct error *error);

#endif
