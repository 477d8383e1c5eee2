/* A command line in the making. Words are never freed: they live until exec. */
#ifndef CLI_WORD_LIST_H
#define CLI_WORD_LIST_H

#include <stddef.h>

struct word_list {
	const char **words; /* NULL-terminated, once there is one */
	size_t count;
	size_t room;
};

/* Both return 0, or 1 after a complaint (out of memory). */
int word_add(struct word_list *list, const char *word);
__attribute__((format(printf, 2, 3))) int word_print(struct word_list *list, const char *format, ...);

#endif
