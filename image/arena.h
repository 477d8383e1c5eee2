/* Memory that is given back all at once. */
#ifndef IMAGE_ARENA_H
#define IMAGE_ARENA_H

#include <stddef.h>

struct arena {
	struct arena_chunk *chunks;
	char *next;
	size_t left;
};

/* Zeroed, aligned for anything. NULL: out of memory. */
void *arena_take(struct arena *arena, size_t bytes);
/* A copy of `length` bytes with a NUL behind. NULL: out of memory. */
char *arena_text(struct arena *arena, const char *text, size_t length);
void arena_free(struct arena *arena);

#endif
