/* Reading options by a table: see option.h. */
#include "cli/option.h"

#include <stddef.h>
#include <string.h>

/* Complains with the parts one behind the other. */
static int fail(struct option_reader *reader, const char *word, const char *what, const char *detail)
{
	reader->failed = true;
	reader->status = reader->is_silent ? 1 : complain("%s: %s%s", word, what, detail);
	return 0;
}

/* The tables of a command, one after the other. */
static const struct command_option *table(const struct command *command, int number)
{
	return number == 0 ? command->options : command->shared;
}

const struct command_option *option_named(const struct command *command, const char *name, unsigned long length)
{
	for (int i = 0; i < 2; i++) {
		for (const struct command_option *row = table(command, i); row && row->name; row++) {
			if (strlen(row->name) == length && memcmp(row->name, name, length) == 0)
				return row;
		}
	}
	return NULL;
}

static const struct command_option *option_lettered(const struct command *command, char letter)
{
	for (int i = 0; i < 2; i++) {
		for (const struct command_option *row = table(command, i); row && row->name; row++) {
			if (row->letter && row->letter == letter)
				return row;
		}
	}
	return NULL;
}

static int unknown(struct option_reader *reader, const char *word)
{
	return fail(reader, word, "no such option; --help lists those of tend ", reader->command->name);
}

/* The next argument is the value. */
static int value_take(struct option_reader *reader, const struct command_option *row, const char *word)
{
	if (reader->next >= reader->argc)
		return fail(reader, word, "its value is missing: ", row->value);
	reader->value = reader->argv[reader->next++];
	return row->id;
}

static int letter_read(struct option_reader *reader)
{
	const struct command_option *row = option_lettered(reader->command, *reader->cluster);
	const char word[] = {'-', *reader->cluster++, '\0'};

	if (!row)
		return unknown(reader, word);
	reader->row = row;
	if (!row->value)
		return row->id;
	if (*reader->cluster) {
		reader->value = reader->cluster + (*reader->cluster == '=');
		reader->cluster = NULL;
		return row->id;
	}
	return value_take(reader, row, word);
}

static int name_read(struct option_reader *reader, const char *word)
{
	const char *name = word + 2;
	size_t length = strcspn(name, "=");
	const struct command_option *row = option_named(reader->command, name, length);

	if (!row && strcmp(name, "help") == 0) {
		reader->failed = true;
		reader->status = reader->is_silent ? 0 : command_help(reader->command);
		return 0;
	}
	if (!row)
		return unknown(reader, word);
	reader->row = row;
	if (name[length] == '\0')
		return row->value ? value_take(reader, row, word) : row->id;
	if (!row->value)
		return fail(reader, word, "no value goes with --", row->name);
	reader->value = name + length + 1;
	return row->id;
}

int option_next(struct option_reader *reader)
{
	const char *word;

	reader->value = NULL;
	if (reader->failed)
		return 0;
	if (reader->cluster && *reader->cluster)
		return letter_read(reader);
	if (reader->next >= reader->argc)
		return 0;
	word = reader->argv[reader->next];
	if (word[0] != '-' || word[1] == '\0')
		return 0;
	reader->next++;
	if (word[1] != '-') {
		reader->cluster = word + 1;
		return letter_read(reader);
	}
	return word[2] ? name_read(reader, word) : 0;
}
