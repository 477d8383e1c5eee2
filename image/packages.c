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

/* How long a name in a list is, without architecture, version and what follows. */
static size_t name_length(const char *name)
{
	return strcspn(name, ",|(: \t[<");
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
	const char *list = package->provides;

	if (name_add(packages, package, package->name, strcspn(package->name, ":"), true) < 0)
		return -1;
	while (*(list += strspn(list, " ,"))) {
		if (name_add(packages, package, list, name_length(list), false) < 0)
			return -1;
		list += strcspn(list, ",");
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

/* Of alternatives between two commas, the first that is installed; NULL: none is. */
static struct package *alternative_find(const struct packages *packages, const char *item, const char *end)
{
	while (item < end) {
		const char *name = item + strspn(item, " |");
		struct package *package = name < end ? package_find(packages, name, name_length(name)) : NULL;

		if (package)
			return package;
		item = name + strcspn(name, "|,");
	}
	return NULL;
}

/* Puts what a package depends on into the queue, each package once. */
static void depends_want(const struct packages *packages, const char *depends, struct package **queue, uint32_t *count)
{
	while (*depends) {
		const char *end = strchrnul(depends, ',');
		struct package *package = alternative_find(packages, depends, end);

		if (package && !package->wanted) {
			package->wanted = true;
			queue[(*count)++] = package;
		}
		depends = *end ? end + 1 : end;
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

/* Where the package is only what every system needs of another one, as python3-minimal and perl-base are: that one. */
static void whole_want(struct packages *packages, char *name)
{
	static const char *const ends[] = {"-minimal", "-base"};
	size_t length = strcspn(name, ":");

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t end = strlen(ends[i]);

		if (length <= end || strncmp(name + length - end, ends[i], end) != 0)
			continue;
		name[length - end] = '\0';
		packages_want(packages, name);
		return;
	}
}

void packages_owners_parse(struct packages *packages, char *text)
{
	char *line, *rest, *name, *names;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *path = strstr(line, ": /");

		if (!path || strncmp(line, "diversion ", strlen("diversion ")) == 0)
			continue;
		*path = '\0';
		for (name = strtok_r(line, ", ", &names); name; name = strtok_r(NULL, ", ", &names)) {
			packages_want(packages, name);
			whole_want(packages, name);
		}
	}
}
