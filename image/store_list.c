/* What the store holds, and what of it nobody needs: see store.h. */
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

#include "image/store.h"

#define HEX 64u

struct list {
	struct store_image *images;
	size_t count;
};

static int image_add(struct list *list, const struct store_image *image, struct error *error)
{
	struct store_image *larger = realloc(list->images, (list->count + 1) * sizeof(*larger));

	if (!larger)
		return error_set(error, "out of memory");
	list->images = larger;
	larger[list->count++] = *image;
	return 0;
}

/* Calls for each name of a directory of the store. */
static int names_visit(const char *directory,
		       int (*visit)(void *context, int dir, const char *name, struct error *error), void *context,
		       struct error *error)
{
	char path[PATH_MAX];
	struct dirent *entry;
	int result = 0;
	DIR *dir;

	if (store_path(path, directory, error) < 0)
		return -1;
	dir = opendir(path);
	if (!dir)
		return error_set(error, "%s: could not be read: %s", path, strerror(errno));
	while (result == 0 && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.')
			result = visit(context, dirfd(dir), entry->d_name, error);
	}
	closedir(dir);
	return result;
}

static int link_visit(struct list *list, const char *links, int dir, const char *name, struct error *error)
{
	struct store_image image = {.is_source = strcmp(links, "sources") == 0};
	struct stat status;

	/* A link without its image is of no use, and goes when its name is made anew. */
	if (strchr(name, ',') || strlen(name) >= sizeof(image.name) || store_resolve(links, name, image.hex) < 0 ||
	    fstatat(dir, name, &status, 0) < 0)
		return 0;
	memcpy(image.name, name, strlen(name) + 1);
	image.bytes = (uint64_t)status.st_size;
	image.created = status.st_mtime;
	return image_add(list, &image, error);
}

static int name_visit(void *context, int dir, const char *name, struct error *error)
{
	return link_visit(context, "names", dir, name, error);
}

static int source_visit(void *context, int dir, const char *name, struct error *error)
{
	return link_visit(context, "sources", dir, name, error);
}

static bool is_linked(const struct list *list, const char *hex)
{
	for (size_t i = 0; i < list->count; i++) {
		if (memcmp(list->images[i].hex, hex, HEX) == 0)
			return true;
	}
	return false;
}

static int image_visit(void *context, int dir, const char *name, struct error *error)
{
	struct list *list = context;
	struct store_image image = {0};
	struct stat status;

	if (strlen(name) != HEX + strlen(STORE_SUFFIX) || is_linked(list, name) || fstatat(dir, name, &status, 0) < 0)
		return 0;
	memcpy(image.hex, name, HEX);
	image.bytes = (uint64_t)status.st_size;
	image.created = status.st_mtime;
	return image_add(list, &image, error);
}

/* Names, then sources, then the rest; each by name. */
static int image_compare(const void *left, const void *right)
{
	const struct store_image *l = left, *r = right;
	int order = !l->name[0] - !r->name[0];

	if (!order)
		order = l->is_source - r->is_source;
	if (!order)
		order = strcmp(l->name, r->name);
	return order ? order : strcmp(l->hex, r->hex);
}

int store_list(struct store_image **images, size_t *count, struct error *error)
{
	struct list list = {0};

	if (names_visit("names", name_visit, &list, error) < 0 ||
	    names_visit("sources", source_visit, &list, error) < 0 ||
	    names_visit("images", image_visit, &list, error) < 0) {
		free(list.images);
		return -1;
	}
	if (list.count)
		qsort(list.images, list.count, sizeof(*list.images), image_compare);
	*images = list.images;
	*count = list.count;
	return 0;
}

struct sweep {
	struct list linked;
	uint64_t bytes;
};

/* Images nobody links to; files of killed builders have other names. */
static int image_sweep(void *context, int dir, const char *name, struct error *error)
{
	struct sweep *sweep = context;
	struct stat status;

	(void)error;
	if ((strlen(name) == HEX + strlen(STORE_SUFFIX) && is_linked(&sweep->linked, name)) ||
	    fstatat(dir, name, &status, AT_SYMLINK_NOFOLLOW) < 0 || unlinkat(dir, name, 0) < 0)
		return 0;
	sweep->bytes += (uint64_t)status.st_size;
	return 0;
}

static int leftover_remove(void *context, int dir, const char *name, struct error *error)
{
	(void)context;
	(void)error;
	if (strchr(name, ','))
		unlinkat(dir, name, 0);
	return 0;
}

int store_sweep(uint64_t *bytes, struct error *error)
{
	struct sweep sweep = {0};
	int lock = store_lock("lock", LOCK_EX | LOCK_NB, error), result = -1;

	*bytes = 0;
	if (lock < 0)
		return 0;
	if (names_visit("names", name_visit, &sweep.linked, error) == 0 &&
	    names_visit("sources", source_visit, &sweep.linked, error) == 0 &&
	    names_visit("images", image_sweep, &sweep, error) == 0 &&
	    names_visit("names", leftover_remove, NULL, error) == 0 &&
	    names_visit("sources", leftover_remove, NULL, error) == 0)
		result = 0;
	*bytes = sweep.bytes;
	free(sweep.linked.images);
	close(lock);
	return result;
}

static int source_remove(void *context, int dir, const char *name, struct error *error)
{
	(void)context;
	return unlinkat(dir, name, 0) < 0 && errno != ENOENT
		       ? error_set(error, "sources/%s: could not be removed: %s", name, strerror(errno))
		       : 0;
}

int store_sources_remove(struct error *error)
{
	return names_visit("sources", source_remove, NULL, error);
}
