/*
 * Bytes appended to an output in large pieces: the host's page cache keeps a file in pages of the size it was written
 * in, and with small ones the page faults of a program's text cost twice as much.
 */
#ifndef IMAGE_STREAM_H
#define IMAGE_STREAM_H

#include <stdint.h>

#include "image/output.h"

struct stream {
	const struct output *output;
	char *buffer;
	uint64_t used;    /* of the buffer */
	uint64_t flushed; /* bytes of the file before the buffer's */
};

/* Each returns 0 or -1. To be closed after success, which writes nothing more. */
int stream_open(struct stream *stream, const struct output *output, struct error *error);
void stream_close(struct stream *stream);

int stream_add(struct stream *stream, const void *bytes, uint64_t size, struct error *error);
/* Zeroes up to a multiple of `align`, which divides 1 MiB. */
int stream_pad(struct stream *stream, uint64_t align, struct error *error);
int stream_flush(struct stream *stream, struct error *error);

/* Room for at most `wanted` bytes, of which there is at least one; `size` says how many. NULL after an error. */
char *stream_room(struct stream *stream, uint64_t wanted, uint64_t *size, struct error *error);
/* What of the room was filled. */
void stream_fill(struct stream *stream, uint64_t size);

static inline uint64_t stream_position(const struct stream *stream)
{
	return stream->flushed + stream->used;
}

#endif
