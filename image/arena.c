/* Memory in chunks: see arena.h. */
#include "image/arena.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES ((size_t)256 << 10)
#define ALIGN 16u

struct arena_chunk {
	struct arena_chunk *next;
	_Alignas(ALIGN) char bytes[];
};

void *arena_take(struct arena *arena, size_t bytes)
{
	struct arena_chunk *chunk;
	void *taken;

	if (bytes > (size_t)-1 / 2)
		return NULL;
	bytes = (bytes + ALIGN - 1) / ALIGN * ALIGN;
	if (bytes > arena->left) {
		size_t size = bytes > CHUNK_BYTES / 4 ? bytes : CHUNK_BYTES;

		chunk = calloc(1, sizeof(*chunk) + size);
		if (!chunk)
			return NULL;
		chunk->next = arena->chunks;
		arena->chunks = chunk;
		/* A large piece has a chunk of its own, and the rest of the current one stays in use. */
		if (size == bytes)
			return chunk->bytes;
		arena->next = chunk->bytes;
		arena->left = size;
	}
	taken = arena->next;
	arena->next += bytes;
	arena->left -= bytes;
	return taken;
}

char *arena_text(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_take(arena, length + 1);

	if (copy)
		memcpy(copy, text, length);
	return copy;
}

void arena_free(struct arena *arena)
{
	while (arena->chunks) {
		struct arena_chunk *next = arena->chunks->next;

		free(arena->chunks);
		arena->chunks = next;
	}
	*arena = (struct arena){0};
}
