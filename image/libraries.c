/* Shared libraries of programs: see libraries.h. */
#define _GNU_SOURCE 1

#include "image/libraries.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/elf_dynamic.h"
#include "image/library_search.h"

/* More than anything has. */
#define LIBRARIES_MAX 4096u

struct walk {
	struct libraries *libraries;
	struct library_places places;
	const char *loader;
	struct library_paths found;
};

static int library_add(struct libraries *libraries, const char *name, const char *path, uint32_t needed_by,
		       struct error *error)
{
	struct library *library = &libraries->all[libraries->count];

	if (libraries->count == LIBRARIES_MAX)
		return error_set(error, "%s: more than %u libraries", libraries->all[0].path, LIBRARIES_MAX);
	libraries->count++;
	*library = (struct library){.name = name ? strdup(name) : NULL, .path = strdup(path), .needed_by = needed_by};
	return library->path && (library->name || !name) ? 0 : error_set(error, "out of memory");
}

/* The loader is loaded, and musl's is the C library under all of its names. */
static bool is_loaded(const struct walk *walk, const char *name)
{
	static const char *const parts[] = {"libc.",  "libpthread.", "librt.",  "libm.",
					    "libdl.", "libutil.",    "libxnet."};
	bool result = strcmp(name, strrchr(walk->loader, '/') + 1) == 0;

	for (uint32_t i = 1; i < walk->libraries->count && !result; i++)
		result = strcmp(walk->libraries->all[i].name, name) == 0;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && walk->places.is_musl && !result; i++)
		result = strncmp(name, parts[i], strlen(parts[i])) == 0;
	return result;
}

/* In the directories of who needs it, then in those that were inherited. DT_RUNPATH ends these. */
static void named_directories_search(struct walk *walk, const char *name, uint32_t needed_by)
{
	const struct library *all = walk->libraries->all;

	for (uint32_t at = needed_by;; at = all[at].needed_by) {
		const char *end = strrchr(all[at].path, '/');
		char *origin = strndup(all[at].path, (size_t)(end - all[at].path));

		if (origin && all[at].directories && (all[at].is_inherited || at == needed_by))
			library_search_list(all[at].directories, origin, name, &walk->found);
		free(origin);
		if (at == 0 || (at == needed_by && all[at].directories && !all[at].is_inherited))
			return;
	}
}

static int needed_find(struct walk *walk, const char *name, uint32_t needed_by, struct error *error)
{
	int result = 0;

	walk->found.count = 0;
	walk->found.has_plain = false;
	if (library_name_is_good(name)) {
		if (is_loaded(walk, name))
			return 0;
		named_directories_search(walk, name, needed_by);
		if (!walk->found.has_plain)
			library_search_places(&walk->places, name, &walk->found);
	}
	if (!walk->found.count)
		return error_set(error,
				 "%s: needs %s, which is not among the system's libraries: build a root directory",
				 walk->libraries->all[needed_by].path, name);
	for (unsigned i = 0; i < walk->found.count && result == 0; i++)
		result = library_add(walk->libraries, name, walk->found.paths[i], needed_by, error);
	return result;
}

static int directories_keep(struct library *library, const struct elf_dynamic *dynamic, bool is_musl,
			    struct error *error)
{
	size_t at = 0;
	const char *list = elf_dynamic_next(dynamic, DT_RUNPATH, &at);

	library->is_inherited = is_musl || !list;
	at = 0;
	if (!list)
		list = elf_dynamic_next(dynamic, DT_RPATH, &at);
	library->directories = list ? strdup(list) : NULL;
	return list && !library->directories ? error_set(error, "out of memory") : 0;
}

static int library_visit(struct walk *walk, uint32_t index, struct error *error)
{
	struct library *library = &walk->libraries->all[index];
	struct elf_dynamic dynamic;
	struct mapped_file file;
	const char *name;
	size_t at = 0;
	int result;

	if (mapped_file_open(&file, library->path) < 0)
		return error_set(error, "%s: could not be read: %s", library->path, strerror(errno));
	if (elf_dynamic_open(&dynamic, file.bytes, file.size))
		result = directories_keep(library, &dynamic, walk->places.is_musl, error);
	else
		result = error_set(error, "%s: its headers are damaged", library->path);
	while (result == 0 && (name = elf_dynamic_next(&dynamic, DT_NEEDED, &at)) != NULL)
		result = needed_find(walk, name, index, error);
	mapped_file_close(&file);
	return result;
}

int libraries_find(const char *program, const char *loader, struct libraries *libraries, struct error *error)
{
	struct walk *walk = calloc(1, sizeof(*walk));
	int result;

	*libraries = (struct libraries){.all = calloc(LIBRARIES_MAX, sizeof(struct library))};
	if (!walk || !libraries->all) {
		free(walk);
		free(libraries->all);
		return error_set(error, "out of memory");
	}
	walk->libraries = libraries;
	walk->loader = loader;
	library_places_open(&walk->places, loader);
	result = library_add(libraries, NULL, program, 0, error);
	for (uint32_t i = 0; i < libraries->count && result == 0; i++)
		result = library_visit(walk, i, error);
	library_places_close(&walk->places);
	free(walk);
	if (result < 0)
		libraries_free(libraries);
	return result;
}

void libraries_free(struct libraries *libraries)
{
	for (uint32_t i = 0; i < libraries->count; i++) {
		free(libraries->all[i].name);
		free(libraries->all[i].path);
		free(libraries->all[i].directories);
	}
	free(libraries->all);
}
