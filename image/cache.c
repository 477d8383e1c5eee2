/* Images of root directories, built once: image_of_source of image.h. */
#define _GNU_SOURCE 1

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/image.h"
#include "image/file.h"
#include "image/fingerprint.h"
#include "image/image.h"
#include "image/patch/patch.h"

/* A tree that changes while it is packed is packed again so often. */
#define TRIES 3
#define KEY_CHARACTERS 16
#define SUFFIX ".tend"

struct cache {
	char dir[PATH_MAX];
	char root[PATH_MAX];          /* canonical */
	char key[KEY_CHARACTERS + 1]; /* of the root's path: its images' names begin with it */
};

static int path_make(char *path, size_t size, struct error *error, const char *first, const char *second,
		     const char *third, const char *fourth)
{
	if ((size_t)snprintf(path, size, "%s%s%s%s", first, second, third, fourth) < size)
		return 0;
	return error_set(error, "%s: path too long", first);
}

static int cache_open(struct cache *cache, const char *root, struct error *error)
{
	const char *base = getenv("XDG_CACHE_HOME"), *middle = "";
	struct fingerprint key = {0};

	if (!realpath(root, cache->root))
		return error_set(error, "%s: %s", root, strerror(errno));
	if (!base || base[0] != '/') {
		base = getenv("HOME");
		middle = "/.cache";
	}
	if (!base || base[0] != '/')
		return error_set(error, "no place for images: set XDG_CACHE_HOME or HOME to a directory");
	if (path_make(cache->dir, sizeof(cache->dir), error, base, middle, "", "") < 0)
		return -1;
	mkdir(cache->dir, 0700);
	if (path_make(cache->dir, sizeof(cache->dir), error, base, middle, "/tend", "") < 0)
		return -1;
	if (mkdir(cache->dir, 0700) < 0 && errno != EEXIST)
		return error_set(error, "%s: could not be created: %s", cache->dir, strerror(errno));
	fingerprint_add(&key, cache->root, strlen(cache->root));
	snprintf(cache->key, sizeof(cache->key), "%016lx", (unsigned long)key.halves[0]);
	return 0;
}

/* The name of the image of the tree as it is now, made by this version for this kind of user. */
static int image_name(const struct cache *cache, char *path, size_t size, struct error *error)
{
	const uint64_t versions[] = {IMAGE_VERSION, PATCH_VERSION, geteuid() == 0};
	struct fingerprint fingerprint;
	char name[64];

	if (fingerprint_tree(cache->root, &fingerprint, error) < 0)
		return -1;
	fingerprint_add(&fingerprint, versions, sizeof(versions));
	snprintf(name, sizeof(name), "%s-%016lx%016lx" SUFFIX, cache->key, (unsigned long)fingerprint.halves[0],
		 (unsigned long)fingerprint.halves[1]);
	return path_make(path, size, error, cache->dir, "/", name, "");
}

/* Holds off other processes that would build for the same root. Returns a descriptor to close, or -1. */
static int lock_take(const struct cache *cache, struct error *error)
{
	char path[PATH_MAX];
	int fd;

	if (path_make(path, sizeof(path), error, cache->dir, "/", cache->key, ".lock") < 0)
		return -1;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_set(error, "%s: could not be created: %s", path, strerror(errno));
	while (flock(fd, LOCK_EX) < 0) {
		if (errno != EINTR) {
			error_set(error, "%s: could not be locked: %s", path, strerror(errno));
			close(fd);
			return -1;
		}
	}
	return fd;
}

/*
 * Removes what else there is for this root: former images, and what a killed builder left. Who has one open keeps it.
 */
static void leftovers_remove(const struct cache *cache, const char *image)
{
	const char *keep = strrchr(image, '/') + 1;
	DIR *dir = opendir(cache->dir);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)) != NULL) {
		if (strncmp(entry->d_name, cache->key, KEY_CHARACTERS) == 0 && entry->d_name[KEY_CHARACTERS] == '-' &&
		    strcmp(entry->d_name, keep) != 0)
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	if (dir)
		closedir(dir);
}

/* With the lock held: somebody else may have built it meanwhile, and the tree may change under the builder. */
static int image_make(const struct cache *cache, char *path, size_t size, struct error *error)
{
	char after[PATH_MAX];
	int fd;

	for (unsigned i = 0; i < TRIES; i++) {
		if (image_name(cache, path, size, error) < 0)
			return -1;
		fd = image_file_open(path, error);
		if (fd >= 0)
			return fd;
		if (image_build(cache->root, path, NULL, NULL, error) < 0 ||
		    image_name(cache, after, sizeof(after), error) < 0)
			return -1;
		if (strcmp(path, after) == 0) {
			leftovers_remove(cache, path);
			return image_file_open(path, error);
		}
		unlink(path);
	}
	return error_set(error, "%s: changes while it is packed", cache->root);
}

int image_of_source(const char *root, char *path, size_t path_size, struct error *error)
{
	struct cache cache;
	struct stat status;
	int fd, lock;

	if (stat(root, &status) < 0)
		return error_set(error, "%s: %s", root, strerror(errno));
	if (!S_ISDIR(status.st_mode))
		return path_make(path, path_size, error, root, "", "", "") < 0 ? -1 : image_file_open(path, error);
	if (cache_open(&cache, root, error) < 0 || image_name(&cache, path, path_size, error) < 0)
		return -1;
	fd = image_file_open(path, error);
	if (fd >= 0)
		return fd;
	lock = lock_take(&cache, error);
	if (lock < 0)
		return -1;
	fd = image_make(&cache, path, path_size, error);
	close(lock);
	return fd;
}
