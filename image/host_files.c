/* Files of this host: see host_files.h. */
#define _GNU_SOURCE 1

#include "image/host_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As Linux has it. */
#define LINKS_MAX 40

/* A way through the host's directories, all links in `done` followed. */
struct way {
	char done[PATH_MAX]; /* without a slash in front; "" is the root */
	char rest[PATH_MAX];
	unsigned links;
};

static bool is_left_out(const char *path)
{
	static const char *const tops[] = {"proc", "sys", "dev"};

	for (size_t i = 0; i < sizeof(tops) / sizeof(tops[0]); i++) {
		size_t length = strlen(tops[i]);

		if (strncmp(path, tops[i], length) == 0 && (path[length] == '/' || !path[length]))
			return true;
	}
	return false;
}

/* Moves the first name of the rest behind what is done. False: there is none, or the path is too long. */
static bool name_take(struct way *way)
{
	char *name = way->rest + strspn(way->rest, "/");
	size_t length = strcspn(name, "/"), done = strlen(way->done);
	char *slash;

	if (!length)
		return false;
	if (length == 2 && memcmp(name, "..", 2) == 0) {
		slash = strrchr(way->done, '/');
		*(slash ? slash : way->done) = '\0';
	} else if (length != 1 || name[0] != '.') {
		if (done + 1 + length >= sizeof(way->done))
			return false;
		snprintf(way->done + done, sizeof(way->done) - done, "%s%.*s", done ? "/" : "", (int)length, name);
	}
	memmove(way->rest, name + length, strlen(name + length) + 1);
	return true;
}

/* Goes on where a link leads. */
static bool link_follow(struct way *way, const char *target)
{
	char rest[PATH_MAX];
	char *slash = strrchr(way->done, '/');

	if (++way->links > LINKS_MAX ||
	    (size_t)snprintf(rest, sizeof(rest), "%s/%s", target, way->rest) >= sizeof(rest))
		return false;
	memcpy(way->rest, rest, strlen(rest) + 1);
	if (target[0] == '/')
		way->done[0] = '\0';
	else
		*(slash ? slash : way->done) = '\0';
	return true;
}

/* What the root has under a path that leads through no link; NULL: nothing yet. */
static const struct root_inode *inode_find(const struct root *root, const char *path)
{
	const struct root_inode *at = root->top;

	while (*path) {
		size_t length = strcspn(path, "/");
		const struct root_entry *entry = S_ISDIR(at->attributes.mode) ? root_entry_find(&at->dir, path, length)
									      : NULL;

		if (!entry)
			return NULL;
		at = entry->inode;
		path += length + (path[length] == '/');
	}
	return at;
}

/* 1: it is in the root; 0: the host has none. */
static int place_add(struct scan *scan, const char *path, const struct root_inode **inode, struct error *error)
{
	struct stat status;

	*inode = inode_find(scan->root, path);
	if (*inode)
		return 1;
	if (is_left_out(path) || fstatat(scan->fd, path, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (scan_one(scan, path, &status, error) < 0)
		return -1;
	*inode = inode_find(scan->root, path);
	return *inode != NULL;
}

int host_file_add(struct scan *scan, const char *path, struct error *error)
{
	struct way way = {.done = ""};
	int result = 1;

	if (strlen(path) >= sizeof(way.rest))
		return 0;
	memcpy(way.rest, path, strlen(path) + 1);
	while (result > 0 && name_take(&way)) {
		const struct root_inode *inode;

		if (!way.done[0])
			continue;
		result = place_add(scan, way.done, &inode, error);
		if (result > 0 && S_ISLNK(inode->attributes.mode))
			result = link_follow(&way, inode->target);
	}
	return result < 0 ? -1 : 0;
}

int host_directory_add(struct scan *scan, const char *path, const char *end, struct error *error)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int result = 0;

	while (dir && result == 0 && (entry = readdir(dir)) != NULL) {
		size_t length = strlen(entry->d_name);
		char child[PATH_MAX];

		if (entry->d_name[0] == '.' || length < strlen(end) ||
		    strcmp(entry->d_name + length - strlen(end), end) != 0)
			continue;
		if ((size_t)snprintf(child, sizeof(child), "%s/%s", path, entry->d_name) < sizeof(child))
			result = host_file_add(scan, child, error);
	}
	if (dir)
		closedir(dir);
	return result;
}
