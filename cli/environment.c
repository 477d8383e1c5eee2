/* The environment of a Linux program: see environment.h. */
#define _GNU_SOURCE /* asprintf */
#include "cli/environment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"

/* The variable of the name that begins `text` and has this length, or NULL. */
static const char **find(const struct word_list *environment, const char *text, size_t length)
{
	for (size_t i = 0; i < environment->count; i++) {
		const char *variable = environment->words[i];

		if (strncmp(variable, text, length) == 0 && variable[length] == '=')
			return &environment->words[i];
	}
	return NULL;
}

int environment_set(struct word_list *environment, const char *variable)
{
	const char **there = find(environment, variable, strcspn(variable, "="));

	if (!there)
		return word_add(environment, variable);
	*there = variable;
	return 0;
}

int environment_add(struct word_list *environment, const char *variable)
{
	const char *value;
	char *text;

	if (variable[0] == '\0' || variable[0] == '=')
		return complain("-e %s: it must be VAR=VALUE or VAR", variable);
	if (strchr(variable, '='))
		return environment_set(environment, variable);
	value = getenv(variable);
	if (!value)
		return 0;
	if (asprintf(&text, "%s=%s", variable, value) < 0)
		return complain("out of memory");
	return environment_set(environment, text);
}

static int line_add(struct word_list *environment, const char *path, unsigned number, const char *line)
{
	char *copy;

	line += strspn(line, " \t");
	if (*line == '\0' || *line == '#')
		return 0;
	if (*line == '=')
		return complain("%s:%u: it must be VAR=VALUE or VAR", path, number);
	if (!strchr(line, '='))
		return environment_add(environment, line);
	if (asprintf(&copy, "%s", line) < 0)
		return complain("out of memory");
	return environment_set(environment, copy);
}

int environment_add_file(struct word_list *environment, const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	unsigned number = 0;
	int result = 0;

	if (!file)
		return complain("--env-file %s: %s", path, strerror(errno));
	while (result == 0 && (length = getline(&line, &room, file)) >= 0) {
		number++;
		if (strlen(line) != (size_t)length) {
			result = complain("%s:%u: a NUL byte", path, number);
			break;
		}
		line[strcspn(line, "\r\n")] = '\0';
		result = line_add(environment, path, number, line);
	}
	if (result == 0 && ferror(file))
		result = complain("--env-file %s: could not be read", path);
	free(line);
	fclose(file);
	return result;
}

bool environment_has(const struct word_list *environment, const char *name)
{
	return find(environment, name, strlen(name)) != NULL;
}
