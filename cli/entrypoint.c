/* The program and its arguments: see entrypoint.h. */
#include "cli/entrypoint.h"

#include <jansson.h>

static int words_add(struct word_list *command, char **words)
{
	for (; words && *words; words++) {
		if (word_add(command, *words) != 0)
			return 1;
	}
	return 0;
}

/* A JSON array of strings, which is never freed: its words live until exec. */
static int array_add(struct word_list *command, const char *text)
{
	json_error_t error;
	json_t *array = json_loads(text, 0, &error);
	json_t *word;
	size_t i;

	json_array_foreach (array, i, word) {
		if (!json_is_string(word))
			return complain("--entrypoint %s: word %zu is not a string", text, i + 1);
		if (word_add(command, json_string_value(word)) != 0)
			return 1;
	}
	return array ? 0 : complain("--entrypoint %s: not a JSON array: %s", text, error.text);
}

static int entrypoint_add(const struct run_options *options, const struct image_config *config,
			  struct word_list *command)
{
	const char *given = options->entrypoint;

	if (!given)
		return words_add(command, config->entrypoint);
	if (given[0] == '[')
		return array_add(command, given);
	/* An empty one takes the image's away. */
	return given[0] ? word_add(command, given) : 0;
}

int entrypoint_command(const struct run_options *options, const struct image_config *config, int count, char **operands,
		       struct word_list *command)
{
	if (entrypoint_add(options, config, command) != 0)
		return 1;
	if (count == 0 && !options->entrypoint)
		return words_add(command, config->cmd);
	for (int i = 0; i < count; i++) {
		if (word_add(command, operands[i]) != 0)
			return 1;
	}
	return 0;
}
