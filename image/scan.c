/* Files of a directory: see scan.h. */
#define _GNU_SOURCE 1

#include "image/scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "image/scan_link.h"
#include "image/scan_xattr.h"

/* Deeper than any path of PATH_MAX bytes; descriptors are open for each level. */
#define DEPTH_MAX 500

int scan_open(struct scan *scan, struct root *root, const char *name, struct error *error)
{
	*scan = (struct scan){.root = root, .name = name, .owners_kept = true};
	scan->fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (scan->fd < 0 && errno == ENOTDIR)
		return error_set(error, "%s: not a directory", name);
	return scan->fd < 0 ? error_set(error, "%s: %s", name, strerror(errno)) : 0;
}

void scan_close(struct scan *scan)
{
	close(scan->fd);
	free(scan->links);
}

static void attributes_set(const struct scan *scan, const struct stat *status, struct root_attributes *attributes)
{
	*attributes = (struct root_attributes){
		.mode = status->st_mode,
		.uid = scan->owners_kept ? status->st_uid : 0,
		.gid = scan->owners_kept ? status->st_gid : 0,
		.mtime = status->st_mtim.tv_sec,
		.mtime_nsec = (uint32_t)status->st_mtim.tv_nsec,
	};
	if (scan->is_partial && S_ISDIR(status->st_mode))
		attributes->mtime = attributes->mtime_nsec = 0;
	if (S_ISCHR(status->st_mode) || S_ISBLK(status->st_mode)) {
		attributes->rdev_major = major(status->st_rdev);
		attributes->rdev_minor = minor(status->st_rdev);
	}
}

static int target_read(const struct scan *scan, const char *path, const char *name, struct root_inode *inode,
		       struct error *error)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(scan->fd, path, target, sizeof(target));

	if (length <= 0 || length == sizeof(target))
		return error_set(error, "%s: could not be read: %s", name, strerror(length < 0 ? errno : ENAMETOOLONG));
	inode->target = arena_text(&scan->root->arena, target, (size_t)length);
	return inode->target ? 0 : error_set(error, "out of memory");
}

/* Where the data of a file with holes are. */
static int extents_find(struct scan *scan, struct content *content, const struct stat *status, struct error *error)
{
	struct content_reader reader;
	off_t start = 0, end = 0;
	int result = 0;

	if (content_open(&reader, content, content->name, error) < 0)
		return -1;
	while (result == 0 && (start = lseek(reader.fd, end, SEEK_DATA)) >= 0 && start < status->st_size) {
		end = lseek(reader.fd, start, SEEK_HOLE);
		if (end > status->st_size)
			end = status->st_size;
		if (end <= start)
			break;
		result = content_extend(content, &scan->root->arena, (uint64_t)start, (uint64_t)(end - start),
					(uint64_t)start, error);
	}
	if (result == 0 && (end < start || (start < 0 && errno != ENXIO)))
		result = error_set(error, "%s: could not be read: %s", content->name, strerror(errno));
	content_close(&reader);
	return result;
}

static int content_set(struct scan *scan, const char *path, const char *name, const struct stat *status,
		       struct content *content, struct error *error)
{
	content->size = (uint64_t)status->st_size;
	content->fd = scan->fd;
	content->path = path;
	content->name = name;
	if (!content->size)
		return 0;
	if ((uint64_t)status->st_blocks < (uint64_t)status->st_size / 512)
		return extents_find(scan, content, status, error);
	return content_extend(content, &scan->root->arena, 0, content->size, 0, error);
}

static bool is_readable(const struct scan *scan, const char *path)
{
	return faccessat(scan->fd, path, R_OK, AT_EACCESS) == 0;
}

/* The inode of a file; `path` and `name` live as long as the root. */
static struct root_inode *inode_make(struct scan *scan, const char *path, const char *name, const struct stat *status,
				     struct error *error)
{
	struct root_attributes attributes;
	struct root_inode *inode;
	int result = 0;

	attributes_set(scan, status, &attributes);
	if (scan_xattrs_read(scan, path, name, &attributes.xattrs, error) < 0)
		return NULL;
	inode = root_inode_make(scan->root, &attributes, error);
	if (!inode)
		return NULL;
	if (S_ISLNK(status->st_mode))
		result = target_read(scan, path, name, inode, error);
	else if (S_ISREG(status->st_mode))
		result = content_set(scan, path, name, status, &inode->content, error);
	return result < 0 ? NULL : inode;
}

/* The path as the root keeps it, in the name for messages. */
static const char *path_keep(struct scan *scan, const char *path, const char **name)
{
	size_t front = strlen(scan->name), length = front + 1 + strlen(path);
	char *text = arena_take(&scan->root->arena, length + 1);

	if (!text)
		return NULL;
	snprintf(text, length + 1, "%s/%s", front == 1 && scan->name[0] == '/' ? "" : scan->name, path);
	*name = text;
	return text + strlen(text) - strlen(path);
}

int scan_one(struct scan *scan, const char *path, const struct stat *status, struct error *error)
{
	bool has_names = S_ISREG(status->st_mode) && status->st_nlink > 1;
	const char *link = has_names ? scan_link_find(scan, status) : NULL;
	const char *name, *kept;
	struct root_inode *inode;

	if (link)
		return root_link(scan->root, path, link, error);
	if (scan->is_partial && S_ISREG(status->st_mode) && !is_readable(scan, path)) {
		scan->skipped++;
		return 0;
	}
	kept = path_keep(scan, path, &name);
	if (!kept)
		return error_set(error, "out of memory");
	inode = inode_make(scan, kept, name, status, error);
	if (!inode || root_put(scan->root, path, inode, error) < 0)
		return -1;
	return has_names ? scan_link_add(scan, status, kept, error) : 0;
}

struct root_inode *scan_file(struct scan *scan, const char *path, const struct stat *status, struct error *error)
{
	char *real = realpath(path, NULL);
	const char *name, *kept;

	if (!real) {
		error_set(error, "%s: %s", path, strerror(errno));
		return NULL;
	}
	kept = path_keep(scan, real + 1, &name);
	free(real);
	if (kept)
		return inode_make(scan, kept, name, status, error);
	error_set(error, "out of memory");
	return NULL;
}

static int directory_scan(struct scan *scan, int fd, const char *path, unsigned depth, struct error *error);

static int entry_scan(struct scan *scan, int dir, const char *path, const char *name, unsigned depth,
		      struct error *error)
{
	struct stat status;
	char *child;
	int result, fd;

	if (asprintf(&child, "%s%s%s", path, path[0] ? "/" : "", name) < 0)
		return error_set(error, "out of memory");
	if (fstatat(dir, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		result = error_set(error, "%s/%s: %s", scan->name, child, strerror(errno));
	else
		result = scan_one(scan, child, &status, error);
	if (result == 0 && S_ISDIR(status.st_mode)) {
		fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		result = fd < 0 ? error_set(error, "%s/%s: could not be read: %s", scan->name, child, strerror(errno))
				: directory_scan(scan, fd, child, depth + 1, error);
	}
	free(child);
	return result;
}

/* Closes the descriptor. */
static int directory_scan(struct scan *scan, int fd, const char *path, unsigned depth, struct error *error)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	int result = 0;

	if (!dir || depth > DEPTH_MAX) {
		if (dir)
			closedir(dir);
		else
			close(fd);
		return error_set(error, "%s/%s: %s", scan->name, path, strerror(dir ? ENAMETOOLONG : ENOMEM));
	}
	errno = 0;
	while (result == 0 && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			result = entry_scan(scan, fd, path, entry->d_name, depth, error);
		errno = 0;
	}
	if (result == 0 && errno)
		result = error_set(error, "%s/%s: could not be read: %s", scan->name, path, strerror(errno));
	closedir(dir);
	return result;
}

int scan_all(struct scan *scan, struct error *error)
{
	struct root_attributes attributes;
	struct stat status;
	int fd = openat(scan->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &status) < 0)
		return error_set(error, "%s: could not be read: %s", scan->name, strerror(errno));
	attributes_set(scan, &status, &attributes);
	if (scan_xattrs_read(scan, ".", scan->name, &attributes.xattrs, error) < 0) {
		close(fd);
		return -1;
	}
	scan->root->top->attributes = attributes;
	return directory_scan(scan, fd, "", 0, error);
}
