/* Images of sources, built once: image_of_source of image.h. */
#define _GNU_SOURCE 1

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/image.h"
#include "image/executable.h"
#include "image/file.h"
#include "image/fingerprint.h"
#include "image/image.h"
#include "image/patch/patch.h"
#include "image/store.h"
#include "image/store_build.h"

/* A source that changes while it is packed is packed again so often. */
#define TRIES 3
#define KEY_CHARACTERS 16
/* Changes when the same sources make other images. */
#define BUILDER_VERSION 2

struct cache {
	const char *source;
	struct image_request request;
	char key[KEY_CHARACTERS + 1]; /* of the source's path: its links' names begin with it */
	char link[64];                /* the name of the link for the source as it is now */
};

static int image_open(const char *links, const char *name, char *path, size_t size, struct error *error)
{
	char relative[512], found[PATH_MAX];

	snprintf(relative, sizeof(relative), "%s/%s", links, name);
	if (store_path(found, relative, error) < 0)
		return -1;
	if ((size_t)snprintf(path, size, "%s", found) >= size)
		return error_set(error, "%s: path too long", found);
	return image_file_open(found, error);
}

static enum image_kind kind_of(const char *path, const struct stat *status)
{
	if (S_ISDIR(status->st_mode))
		return directory_is_layout(path) ? IMAGE_KIND_OCI : IMAGE_KIND_ROOT;
	return file_is_program(path) ? IMAGE_KIND_PROGRAM : IMAGE_KIND_AUTO;
}

/* A program's image holds what its packages have, so it changes with what is installed. */
static void host_add(struct fingerprint *sum)
{
	static const char *const paths[] = {"/var/lib/dpkg/status", "/etc/ld.so.cache"};
	struct stat status;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (stat(paths[i], &status) == 0)
			fingerprint_file(sum, &status);
	}
}

/* The name of the link for the source as it is now, made by this version for this kind of user. */
static int link_name(struct cache *cache, struct error *error)
{
	const uint64_t versions[] = {IMAGE_VERSION, PATCH_VERSION, BUILDER_VERSION, geteuid() == 0,
				     cache->request.kind};
	struct fingerprint sum = {0};
	struct stat status;

	if (stat(cache->source, &status) < 0)
		return error_set(error, "%s: %s", cache->source, strerror(errno));
	if (S_ISDIR(status.st_mode)) {
		if (fingerprint_tree(cache->source, &sum, error) < 0)
			return -1;
	} else {
		fingerprint_file(&sum, &status);
	}
	if (cache->request.kind == IMAGE_KIND_PROGRAM)
		host_add(&sum);
	fingerprint_add(&sum, versions, sizeof(versions));
	snprintf(cache->link, sizeof(cache->link), "%s-%016lx%016lx", cache->key, (unsigned long)sum.halves[0],
		 (unsigned long)sum.halves[1]);
	return 0;
}

/* The key is that of the path: of a program's, as it is given, for that is the name it will have. */
static int cache_open(struct cache *cache, const char *source, enum image_kind kind, struct error *error)
{
	char real[PATH_MAX];
	struct fingerprint key = {0};

	*cache = (struct cache){.source = source};
	cache->request = (struct image_request){.kind = kind, .source = source};
	cache->request.shows_progress = isatty(STDERR_FILENO);
	if (!realpath(source, real))
		return error_set(error, "%s: %s", source, strerror(errno));
	fingerprint_add(&key, real, strlen(real));
	if (cache->request.kind == IMAGE_KIND_PROGRAM)
		fingerprint_add(&key, source, strlen(source));
	snprintf(cache->key, sizeof(cache->key), "%016lx", (unsigned long)key.halves[0]);
	return link_name(cache, error);
}

/* Removes links to former images of this source, which are then nobody's. Who has one open keeps it. */
static void former_remove(const struct cache *cache)
{
	struct error error;
	struct dirent *entry;
	char path[PATH_MAX];
	uint64_t bytes;
	bool found = false;
	DIR *dir;

	if (store_path(path, "sources", &error) < 0)
		return;
	dir = opendir(path);
	while (dir && (entry = readdir(dir)) != NULL) {
		if (strncmp(entry->d_name, cache->key, KEY_CHARACTERS) == 0 && strcmp(entry->d_name, cache->link) != 0)
			found = unlinkat(dirfd(dir), entry->d_name, 0) == 0 || found;
	}
	if (dir)
		closedir(dir);
	if (found)
		store_sweep(&bytes, &error);
}

/* With the source's lock held: somebody else may have built it meanwhile, and it may change under the builder. */
static int image_make(struct cache *cache, char *path, size_t size, struct error *error)
{
	char before[sizeof(cache->link)];
	int fd;

	for (unsigned i = 0; i < TRIES; i++) {
		char hex[65];

		if (link_name(cache, error) < 0)
			return -1;
		fd = image_open("sources", cache->link, path, size, error);
		if (fd >= 0)
			return fd;
		memcpy(before, cache->link, strlen(cache->link) + 1);
		if (store_build(&cache->request, "sources", before, NULL, hex, error) < 0 ||
		    link_name(cache, error) < 0)
			return -1;
		if (strcmp(before, cache->link) == 0) {
			fd = image_open("sources", cache->link, path, size, error);
			former_remove(cache);
			return fd;
		}
	}
	return error_set(error, "%s: changes while it is packed", cache->source);
}

static int image_find_or_make(struct cache *cache, char *path, size_t size, struct error *error)
{
	int fd = image_open("sources", cache->link, path, size, error), lock;
	char name[KEY_CHARACTERS + 8];

	if (fd >= 0)
		return fd;
	snprintf(name, sizeof(name), "%s.lock", cache->key);
	lock = store_lock(name, LOCK_EX, error);
	if (lock < 0)
		return -1;
	fd = image_make(cache, path, size, error);
	close(lock);
	return fd;
}

/* Whether a regular file says that it is an image, good or damaged. */
static bool is_image(const char *path)
{
	static const char magic[] = IMAGE_MAGIC;
	char found[sizeof(magic)];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	bool is = fd >= 0 && read(fd, found, sizeof(found)) == sizeof(found) &&
		  memcmp(found, magic, sizeof(magic)) == 0;

	if (fd >= 0)
		close(fd);
	return is;
}

int image_of_source(const char *source, char *path, size_t path_size, struct error *error)
{
	char hex[65];
	struct cache cache;
	struct stat status;

	if (!strchr(source, '/') && store_name_is_good(source) && store_resolve("names", source, hex) == 0)
		return image_open("names", source, path, path_size, error);
	if (stat(source, &status) < 0)
		return error_set(error, "%s: %s", source, strerror(errno));
	if (S_ISREG(status.st_mode) && is_image(source)) {
		if ((size_t)snprintf(path, path_size, "%s", source) >= path_size)
			return error_set(error, "%s: path too long", source);
		return image_file_open(source, error);
	}
	if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
		return error_set(error, "%s: neither a directory nor a regular file", source);
	if (cache_open(&cache, source, kind_of(source, &status), error) < 0)
		return -1;
	return image_find_or_make(&cache, path, path_size, error);
}

int image_of_files(const char *path, char *image, size_t image_size, struct error *error)
{
	struct cache cache;
	struct stat status;

	if (stat(path, &status) < 0)
		return error_set(error, "%s: %s", path, strerror(errno));
	if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
		return error_set(error, "%s: neither a directory nor a regular file", path);
	if (cache_open(&cache, path, S_ISDIR(status.st_mode) ? IMAGE_KIND_ROOT : IMAGE_KIND_FILE, error) < 0)
		return -1;
	return image_find_or_make(&cache, image, image_size, error);
}
