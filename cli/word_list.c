/* A command line in the making: see word_list.h. */
#define _GNU_SOURCE /* vasprintf */
#include "cli/word_list.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"

int word_add(struct word_list *list, const char *word)
{
	/* One more than words, for the NULL behind them. */
	if (list->count + 1 >= list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		const char **more = reallocarray(list->words, room, sizeof(*more));

		if (!more)
			return complain("out of memory");
		list->words = more;
		list->room = room;
	}
	list->words[list->count++] = word;
	list->words[list->count] = NULL;
	return 0;
}

int word_print(struct word_list *list, const char *format, ...)
{
	va_list args;
	char *text;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	return length < 0 ? complain("out of memory") : word_add(list, text);
}
