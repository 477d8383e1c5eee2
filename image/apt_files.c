/* What apt-get prints of files: see apt.h. */
#define _GNU_SOURCE 1

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "image/apt.h"

static bool name_is_good(const char *name, size_t length)
{
	return length && name[0] != '.' && !memchr(name, '/', length);
}

static int name_add(char ***files, uint32_t *count, const char *name, size_t length)
{
	char **larger = realloc(*files, (*count + 1) * sizeof(char *));

	if (!larger)
		return -1;
	*files = larger;
	larger[*count] = strndup(name, length);
	return larger[(*count)++] ? 0 : -1;
}

int apt_files_parse(const char *text, char ***files, uint32_t *count, struct error *error)
{
	*files = NULL;
	*count = 0;
	for (const char *line = text, *next; *line; line = next) {
		const char *end = strchrnul(line, '\n'), *quote, *name;
		size_t length;

		next = *end ? end + 1 : end;
		quote = line[0] == '\'' ? memchr(line + 1, '\'', (size_t)(end - line - 1)) : NULL;
		if (!quote || quote + 1 >= end || quote[1] != ' ')
			continue;
		name = quote + 2;
		length = strcspn(name, " \n");
		if (!name_is_good(name, length))
			return error_set(error, "apt-get named a file that is none: %.*s", (int)(end - line), line);
		if (name_add(files, count, name, length) < 0)
			return error_set(error, "out of memory");
	}
	return 0;
}
