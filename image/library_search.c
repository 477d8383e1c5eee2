/* The search for libraries: see library_search.h; ld.so(8) has the rules, musl's ldso/dynlink.c its own. */
#define _GNU_SOURCE 1

#include "image/library_search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image/elf_dynamic.h"

#define GLIBC_LOADER "/lib64/ld-linux-x86-64.so.2"
#define MUSL_LOADER "/lib/ld-musl-x86_64.so.1"
#define GLIBC_CACHE "/etc/ld.so.cache"
#define MUSL_LIST "/etc/ld-musl-x86_64.path"
/* Of Debian and of those who have no multiarch. */
#define GLIBC_DIRECTORIES "/lib/x86_64-linux-gnu:/usr/lib/x86_64-linux-gnu:/lib64:/usr/lib64:/lib:/usr/lib"
#define MUSL_DIRECTORIES "/lib:/usr/local/lib:/usr/lib"

bool loader_is_known(const char *path)
{
	return strcmp(path, GLIBC_LOADER) == 0 || strcmp(path, MUSL_LOADER) == 0;
}

bool library_name_is_good(const char *name)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-";
	size_t length = strspn(name, good);

	return length && length <= NAME_MAX && !name[length] && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* musl takes newlines, too. */
static void musl_list_read(struct library_places *places)
{
	size_t length = places->file.size;

	if (length >= sizeof(places->directories))
		length = sizeof(places->directories) - 1;
	memcpy(places->directories, places->file.bytes, length);
	places->directories[length] = '\0';
	for (char *c = places->directories; *c; c++)
		*c = *c == '\n' ? ':' : *c;
}

void library_places_open(struct library_places *places, const char *loader)
{
	*places = (struct library_places){.is_musl = strcmp(loader, MUSL_LOADER) == 0};
	strcpy(places->directories, places->is_musl ? MUSL_DIRECTORIES : GLIBC_DIRECTORIES);
	places->has_file = mapped_file_open(&places->file, places->is_musl ? MUSL_LIST : GLIBC_CACHE) == 0;
	if (places->has_file && places->is_musl)
		musl_list_read(places);
	else if (places->has_file)
		library_cache_open(&places->cache, places->file.bytes, places->file.size);
}

void library_places_close(struct library_places *places)
{
	if (places->has_file)
		mapped_file_close(&places->file);
}

/* The bytes that stand for `origin` at the start of the text; 0: none do. */
static size_t origin_length(const char *text)
{
	static const char *const tokens[] = {"$ORIGIN", "${ORIGIN}"};

	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
		if (strncmp(text, tokens[i], strlen(tokens[i])) == 0)
			return strlen(tokens[i]);
	}
	return 0;
}

bool library_directory_next(const char **list, const char *origin, char directory[PATH_MAX])
{
	const char *from = *list, *end = *list + strcspn(*list, ":");
	size_t used = 0;
	bool is_good = true;

	if (!*from)
		return false;
	*list = *end ? end + 1 : end;
	while (from < end && is_good) {
		size_t token = origin_length(from);
		const char *part = token ? origin : from;
		size_t bytes = token ? strlen(origin) : 1;

		/* Other names of the loader's, such as $LIB, mean something else on each system. */
		is_good = bytes < PATH_MAX - used && (token || *from != '$');
		if (is_good)
			memcpy(directory + used, part, bytes);
		used += bytes;
		from += token ? token : 1;
	}
	directory[is_good ? used : 0] = '\0';
	if (directory[0] != '/')
		directory[0] = '\0';
	return true;
}

/* What loaders skip, such as libraries for other CPUs, and files that are none. */
static bool is_library(const char *path)
{
	struct elf_dynamic dynamic;
	struct mapped_file file;
	bool result;

	if (mapped_file_open(&file, path) < 0)
		return false;
	result = elf_dynamic_open(&dynamic, file.bytes, file.size) && dynamic.is_library;
	mapped_file_close(&file);
	return result;
}

static bool is_of_system(const char *path)
{
	static const char *const tops[] = {"/usr/", "/lib/", "/lib64/", "/opt/"};
	char *real = realpath(path, NULL);
	bool result = false;

	for (size_t i = 0; real && i < sizeof(tops) / sizeof(tops[0]); i++)
		result |= strncmp(real, tops[i], strlen(tops[i])) == 0;
	free(real);
	return result;
}

/* Returns whether it is there. */
static bool path_take(const char *directory, const char *subdirectory, const char *name, struct library_paths *found)
{
	char *path = found->paths[found->count];

	if (found->count == LIBRARY_VARIANTS_MAX ||
	    (size_t)snprintf(path, PATH_MAX, "%s%s/%s", directory, subdirectory, name) >= PATH_MAX ||
	    !is_of_system(path) || !is_library(path))
		return false;
	found->count++;
	return true;
}

void library_search_list(const char *list, const char *origin, const char *name, struct library_paths *found)
{
	/* An image may run on other machines than the one that builds it. */
	static const char *const variants[] = {"/glibc-hwcaps/x86-64-v4", "/glibc-hwcaps/x86-64-v3",
					       "/glibc-hwcaps/x86-64-v2"};
	char directory[PATH_MAX];

	while (!found->has_plain && library_directory_next(&list, origin, directory)) {
		if (!directory[0])
			continue;
		for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++)
			path_take(directory, variants[i], name, found);
		found->has_plain = path_take(directory, "", name, found);
	}
}

void library_search_places(const struct library_places *places, const char *name, struct library_paths *found)
{
	const char *path;
	uint32_t at = 0;
	bool is_variant;

	/* The cache is the administrator's: directories of their own may be in it. */
	while (found->count < LIBRARY_VARIANTS_MAX &&
	       (path = library_cache_next(&places->cache, name, &at, &is_variant)) != NULL) {
		if ((!is_variant && found->has_plain) || strlen(path) >= PATH_MAX || !is_library(path))
			continue;
		strcpy(found->paths[found->count++], path);
		found->has_plain |= !is_variant;
	}
	library_search_list(places->directories, "", name, found);
}
