/* Shared libraries of programs: see libraries.h. */
#define _GNU_SOURCE 1

#include "image/libraries.h"

#include <stdlib.h>
#include <string.h>

#include "image/child.h"
#include "image/interpreter.h"

/* Those that know --list. What a stranger's program calls its loader is not run. */
static const char *const loaders[] = {"/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-x86_64.so.1"};

static const char *loader_find(const char *name)
{
	for (size_t i = 0; i < sizeof(loaders) / sizeof(loaders[0]); i++) {
		if (strcmp(name, loaders[i]) == 0)
			return loaders[i];
	}
	return NULL;
}

int libraries_parse(char *text, struct libraries *libraries, struct error *error)
{
	char *line, *rest;
	uint32_t capacity = 1;

	for (const char *next = text; *next; next++)
		capacity += *next == '\n';
	*libraries = (struct libraries){.paths = calloc(capacity, sizeof(char *))};
	if (!libraries->paths)
		return error_set(error, "out of memory");
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *path = strchr(line, '/'), *end = strstr(line, " (0x");

		if (!path || !end || end <= path)
			continue;
		/* "/lib64/ld.so => /lib64/ld.so (0x...)", too. */
		if (strstr(path, " => /"))
			path = strstr(path, " => /") + strlen(" => ");
		if (end <= path)
			continue;
		libraries->paths[libraries->count] = strndup(path, (size_t)(end - path));
		if (!libraries->paths[libraries->count++]) {
			libraries_free(libraries);
			return error_set(error, "out of memory");
		}
	}
	return 0;
}

int libraries_find(const char *program, struct libraries *libraries, struct error *error)
{
	struct interpreter interpreter;
	const char *arguments[] = {NULL, "--list", program, NULL};
	char *text, nothing[1] = "";
	int result;

	if (interpreter_find(program, &interpreter, error) < 0)
		return -1;
	arguments[0] = loader_find(interpreter.path);
	if (!arguments[0])
		return libraries_parse(nothing, libraries, error);
	if (child_run(arguments, "libc6", &text, error) < 0)
		return -1;
	result = libraries_parse(text, libraries, error);
	free(text);
	return result;
}

void libraries_free(struct libraries *libraries)
{
	for (uint32_t i = 0; i < libraries->count; i++)
		free(libraries->paths[i]);
	free(libraries->paths);
}
