/* Extended attributes of files: see scan_xattr.h. */
#define _GNU_SOURCE 1

#include "image/scan_xattr.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

#include "image/erofs_write.h"

/* XATTR_LIST_MAX and XATTR_SIZE_MAX of Linux. */
#define BYTES_MAX 65536

/* Labels belong to the host's policy. */
static bool is_wanted(const char *name)
{
	return erofs_xattr_is_known(name) && strcmp(name, "security.selinux") != 0 &&
	       strcmp(name, "security.apparmor") != 0 && strcmp(name, "security.ima") != 0;
}

static int value_read(const struct scan *scan, const char *path, const char *name, const char *xattr,
		      struct root_xattr **list, struct error *error)
{
	char *value = malloc(BYTES_MAX);
	ssize_t size = value ? lgetxattr(path, xattr, value, BYTES_MAX) : 0;
	int result = 0;

	if (!value)
		result = error_set(error, "out of memory");
	else if (size >= 0)
		result = root_xattr_add(scan->root, list, xattr, value, (uint32_t)size, error);
	else if (errno != ENODATA)
		result = error_set(error, "%s: %s could not be read: %s", name, xattr, strerror(errno));
	free(value);
	return result;
}

/* The way over /proc: calls on descriptors need a file that may be opened, and there are none that take a directory. */
int scan_xattrs_read(const struct scan *scan, const char *path, const char *name, struct root_xattr **list,
		     struct error *error)
{
	char way[PATH_MAX + 64], names[BYTES_MAX];
	ssize_t size;
	int result = 0;

	snprintf(way, sizeof(way), "/proc/self/fd/%d/%s", scan->fd, path);
	size = llistxattr(way, names, sizeof(names));
	if (size < 0 && errno != EOPNOTSUPP)
		return error_set(error, "%s: could not be read: %s", name, strerror(errno));
	for (const char *next = names; result == 0 && next < names + size; next += strlen(next) + 1) {
		if (is_wanted(next))
			result = value_read(scan, way, name, next, list, error);
	}
	return result;
}
