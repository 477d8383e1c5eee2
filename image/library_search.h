/* Where loaders look for a library. Only the system's own directories count: whose program it is, is not known. */
#ifndef IMAGE_LIBRARY_SEARCH_H
#define IMAGE_LIBRARY_SEARCH_H

#include <limits.h>
#include <stdbool.h>

#include "image/library_cache.h"
#include "image/mapped_file.h"

#define LIBRARY_VARIANTS_MAX 16

/* Files for one name: one for every CPU, and others for such with certain features. */
struct library_paths {
	char paths[LIBRARY_VARIANTS_MAX][PATH_MAX];
	unsigned count;
	bool has_plain; /* the one for every CPU is among them */
};

/* What all programs of a loader share. */
struct library_places {
	struct mapped_file file;
	struct library_cache cache;
	bool has_file;
	bool is_musl;
	char directories[PATH_MAX]; /* looked into last */
};

/* The loader's cache or list of directories, as far as there is one. `loader`: one that loader_is_known. */
void library_places_open(struct library_places *places, const char *loader);
void library_places_close(struct library_places *places);

/* Whether the loader is glibc's or musl's, where the system has it. What others would do is not known here. */
bool loader_is_known(const char *path);

/* Whether it is a file's name that loaders look for: letters, digits, and `._+-`. */
bool library_name_is_good(const char *name);

/*
 * The next directory of a list as DT_RUNPATH has it, which moves behind it; $ORIGIN is `origin`. False: no more. The
 * directory is "" if it is not absolute, too long, or unknown here.
 */
bool library_directory_next(const char **list, const char *origin, char directory[PATH_MAX]);

/*
 * Adds what a list's directories have under a good name, if it is a library for x86-64 and lies in /usr, /lib, /lib64
 * or /opt.
 */
void library_search_list(const char *list, const char *origin, const char *name, struct library_paths *found);

/* Adds what the cache and the directories looked into last have. */
void library_search_places(const struct library_places *places, const char *name, struct library_paths *found);

#endif
