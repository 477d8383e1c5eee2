/* Installed packages: see packages.h. */
#define _GNU_SOURCE 1

#include "image/packages.h"

#include <stdlib.h>
#include <string.h>

#include "image/child.h"

#define FIELDS 4

struct package_name {
	const char *text;
	struct package *package;
	bool is_own; /* not merely provided */
};

static int name_compare(const void *left, const void *right)
{
	const struct package_name *l = left, *r = right;
	int order = strcmp(l->text, r->text);

	if (!order)
		order = r->is_own - l->is_own;
	return order ? order : strcmp(l->package->name, r->package->name);
}

static int key_compare(const void *key, const void *name)
{
	return strcmp(key, ((const struct package_name *)name)->text);
}

/* Cuts a line at its tabs. False: it has fewer. */
static bool line_cut(char *line, char *fields[FIELDS])
{
	for (unsigned i = 0; i < FIELDS; i++) {
		fields[i] = line;
		if (i + 1 == FIELDS)
			break;
		line = strchr(line, '\t');
		if (!line)
			return false;
		*line++ = '\0';
	}
	return fields[0][0] != '\0';
}

/* The next name of a list with its version cut away; `list` moves behind it. NULL: the end. It is not terminated. */
static const char *item_take(const char **list, const char *between, size_t *length)
{
	const char *item = *list + strspn(*list, between);

	*length = strcspn(item, ",|(: \t[<");
	*list = item + strcspn(item, between + 1);
	return *item ? item : NULL;
}

static int name_add(struct packages *packages, struct package *package, const char *text, size_t length, bool is_own)
{
	char *copy = length ? arena_text(&packages->arena, text, length) : NULL;

	if (!length)
		return 0;
	if (!copy)
		return -1;
	packages->names[packages->name_count++] = (struct package_name){copy, package, is_own};
	return 0;
}

static int names_add(struct packages *packages, struct package *package)
{
	const char *list = package->provides, *item;
	size_t length;

	if (name_add(packages, package, package->name, strcspn(package->name, ":"), true) < 0)
		return -1;
	while ((item = item_take(&list, " ,", &length)) != NULL) {
		if (name_add(packages, package, item, length, false) < 0)
			return -1;
	}
	return 0;
}

/* Never fewer than there are names: each but the first of a line has a comma in front of it. */
static size_t names_count_max(const char *text)
{
	size_t count = 1;

	for (; *text; text++)
		count += *text == ',' || *text == '\n' || *text == ' ';
	return count;
}

static size_t lines_count(const char *text)
{
	size_t count = 1;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

int packages_parse(struct packages *packages, char *text, struct error *error)
{
	size_t names = names_count_max(text) + lines_count(text);
	char *line, *rest;

	*packages = (struct packages){0};
	packages->all = arena_take(&packages->arena, lines_count(text) * sizeof(*packages->all));
	packages->names = arena_take(&packages->arena, names * sizeof(*packages->names));
	if (!packages->all || !packages->names) {
		packages_free(packages);
		return error_set(error, "out of memory");
	}
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		struct package *package = &packages->all[packages->count];
		char *fields[FIELDS];

		if (!line_cut(line, fields) || strcmp(fields[1], "installed") != 0)
			continue;
		*package = (struct package){.name = arena_text(&packages->arena, fields[0], strlen(fields[0])),
					    .provides = arena_text(&packages->arena, fields[2], strlen(fields[2])),
					    .depends = arena_text(&packages->arena, fields[3], strlen(fields[3]))};
		packages->count++;
		if (!package->name || !package->provides || !package->depends || names_add(packages, package) < 0) {
			packages_free(packages);
			return error_set(error, "out of memory");
		}
	}
	if (packages->name_count)
		qsort(packages->names, packages->name_count, sizeof(*packages->names), name_compare);
	return 0;
}

int packages_read(struct packages *packages, struct error *error)
{
	static const char *const arguments[] = {
		"dpkg-query", "--show",
		"--showformat=${binary:Package}\\t${db:Status-Status}\\t${Provides}\\t${Pre-Depends}, ${Depends}\\n",
		NULL};
	char *text;
	int result;

	if (child_run(arguments, "dpkg", &text, error) < 0)
		return -1;
	result = packages_parse(packages, text, error);
	free(text);
	return result;
}

void packages_free(struct packages *packages)
{
	arena_free(&packages->arena);
}

/* The package of a name, one that has it before one that provides it. */
static struct package *package_find(const struct packages *packages, const char *name, size_t length)
{
	char key[256];
	struct package_name *found;

	if (!length || length >= sizeof(key) || !packages->name_count)
		return NULL;
	memcpy(key, name, length);
	key[length] = '\0';
	found = bsearch(key, packages->names, packages->name_count, sizeof(*packages->names), key_compare);
	while (found && found > packages->names && strcmp(found[-1].text, key) == 0)
		found--;
	return found ? found->package : NULL;
}

/* Of alternatives, the first that is installed. Each package is added once, so the list ends. */
static void depends_want(const struct packages *packages, const char *depends, struct package **queue, uint32_t *count)
{
	while (*depends) {
		const char *next = strchrnul(depends, ','), *item = depends;
		size_t length;

		while (item < next) {
			const char *name;
			struct package *package;

			name = item + strspn(item, " |");
			length = strcspn(name, ",|(: \t[<");
			package = name < next ? package_find(packages, name, length) : NULL;
			if (package && !package->wanted) {
				package->wanted = true;
				queue[(*count)++] = package;
			}
			if (package)
				break;
			item = name + strcspn(name, ",|");
			item += *item == '|';
			if (name >= next)
				break;
		}
		depends = *next ? next + 1 : next;
	}
}

void packages_want(struct packages *packages, const char *name)
{
	struct package *first = package_find(packages, name, strcspn(name, ":"));
	struct package **queue = calloc(packages->count + 1, sizeof(struct package *));
	uint32_t count = 0;

	if (first && queue && !first->wanted) {
		first->wanted = true;
		queue[count++] = first;
	}
	while (count) {
		struct package *package = queue[--count];

		depends_want(packages, package->depends, queue, &count);
	}
	free(queue);
}

void packages_owners_parse(struct packages *packages, char *text)
{
	char *line, *rest, *name, *names;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *path = strstr(line, ": /");

		if (!path || strncmp(line, "diversion ", strlen("diversion ")) == 0)
			continue;
		*path = '\0';
		for (name = strtok_r(line, ", ", &names); name; name = strtok_r(NULL, ", ", &names))
			packages_want(packages, name);
	}
}
