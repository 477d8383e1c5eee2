/* Appending in large pieces: see stream.h. */
#include "image/stream.h"

#include <stdlib.h>
#include <string.h>

/* The page cache takes a write of this size in large pages; much longer ones it cuts small. */
#define BUFFER_BYTES (1ull << 20)

int stream_open(struct stream *stream, const struct output *output, struct error *error)
{
	*stream = (struct stream){.output = output, .buffer = malloc(BUFFER_BYTES)};
	return stream->buffer ? 0 : error_set(error, "out of memory");
}

void stream_close(struct stream *stream)
{
	free(stream->buffer);
}

int stream_flush(struct stream *stream, struct error *error)
{
	if (output_write(stream->output, stream->buffer, stream->used, stream->flushed, error) < 0)
		return -1;
	stream->flushed += stream->used;
	stream->used = 0;
	return 0;
}

char *stream_room(struct stream *stream, uint64_t wanted, uint64_t *size, struct error *error)
{
	if (stream->used == BUFFER_BYTES && stream_flush(stream, error) < 0)
		return NULL;
	*size = BUFFER_BYTES - stream->used < wanted ? BUFFER_BYTES - stream->used : wanted;
	return stream->buffer + stream->used;
}

void stream_fill(struct stream *stream, uint64_t size)
{
	stream->used += size;
}

int stream_add(struct stream *stream, const void *bytes, uint64_t size, struct error *error)
{
	const char *next = bytes;

	while (size) {
		uint64_t piece;
		char *room = stream_room(stream, size, &piece, error);

		if (!room)
			return -1;
		memcpy(room, next, piece);
		stream_fill(stream, piece);
		next += piece;
		size -= piece;
	}
	return 0;
}

int stream_pad(struct stream *stream, uint64_t align, struct error *error)
{
	uint64_t left = (align - stream_position(stream) % align) % align;

	while (left) {
		uint64_t piece;
		char *room = stream_room(stream, left, &piece, error);

		if (!room)
			return -1;
		memset(room, 0, piece);
		stream_fill(stream, piece);
		left -= piece;
	}
	return 0;
}
