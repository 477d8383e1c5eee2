/*
 * The bytes of a file: in a file of a directory that is read when they are needed; in the spool, a nameless file into
 * which archives are unpacked; or in memory.
 */
#ifndef IMAGE_CONTENT_H
#define IMAGE_CONTENT_H

#include <stdint.h>

#include "image/arena.h"
#include "tender/error.h"

/* Where a part of the bytes is; between the parts, which are in order, there are holes. */
struct content_extent {
	uint64_t offset; /* in the content */
	uint64_t bytes;
	uint64_t source; /* offset in the spool, or in the file */
	struct content_extent *next;
};

struct content {
	uint64_t size;
	const char *memory; /* the bytes themselves; NULL: they are in a file */
	int fd;             /* of the spool, or of the directory the path starts from; not owned */
	const char *path;   /* NULL: in the spool */
	const char *name;   /* for messages; NULL: in the spool */
	struct content_extent *extents;
	struct content_extent *last;
};

/* An open content. */
struct content_reader {
	const struct content *content;
	const struct content_extent *extent; /* the first that does not end before the last offset */
	int fd;
};

/* Where archives are unpacked to. */
struct spool {
	int fd;
	uint64_t end;
};

/* A nameless file in a directory; to be closed after success. */
int spool_open(struct spool *spool, const char *dir, struct error *error);
void spool_close(struct spool *spool);

/*
 * Appends bytes of a content that the spool holds; `offset` is not below any former one's end. Bytes that are all zero
 * become a hole.
 */
int spool_add(struct spool *spool, struct arena *arena, struct content *content, uint64_t offset, const void *bytes,
	      uint64_t size, struct error *error);

/* Adds a part that `source` has; `offset` is not below any former one's end. */
int content_extend(struct content *content, struct arena *arena, uint64_t offset, uint64_t size, uint64_t source,
		   struct error *error);

/*
 * `path` is what the content is called in messages; that of a file starts from the directory and may lead through no
 * symbolic link. Returns 0 or -1; to be closed after success.
 */
int content_open(struct content_reader *reader, const struct content *content, const char *path, struct error *error);
void content_close(struct content_reader *reader);

/*
 * Reads `size` bytes at an offset, holes as zeroes, all of it inside the content. Offsets that do not fall are faster.
 * Returns 0, or -1: it could not be read, or the file has changed.
 */
int content_read(struct content_reader *reader, uint64_t offset, void *bytes, uint64_t size, const char *path,
		 struct error *error);

/* How many bytes from the offset on are a hole; 0: it lies in none. */
uint64_t content_hole(struct content_reader *reader, uint64_t offset);

#endif
