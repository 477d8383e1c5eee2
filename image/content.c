/* The bytes of files: see content.h. */
#define _GNU_SOURCE 1

#include "image/content.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int spool_open(struct spool *spool, const char *dir, struct error *error)
{
	char *name = NULL;

	*spool = (struct spool){.fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)};
	if (spool->fd >= 0)
		return 0;
	/* Not every file system has nameless files. */
	if (asprintf(&name, "%s/.tend-XXXXXX.tmp", dir) < 0)
		return error_set(error, "out of memory");
	spool->fd = mkostemps(name, 4, O_CLOEXEC);
	if (spool->fd >= 0)
		unlink(name);
	free(name);
	return spool->fd < 0 ? error_set(error, "%s: no file could be created in it: %s", dir, strerror(errno)) : 0;
}

void spool_close(struct spool *spool)
{
	close(spool->fd);
}

static bool is_zero(const char *bytes, uint64_t size)
{
	return size && !bytes[0] && memcmp(bytes, bytes + 1, size - 1) == 0;
}

int content_extend(struct content *content, struct arena *arena, uint64_t offset, uint64_t size, uint64_t source,
		   struct error *error)
{
	struct content_extent *last = content->last, *extent;

	if (last && last->offset + last->bytes == offset && last->source + last->bytes == source) {
		last->bytes += size;
		return 0;
	}
	extent = arena_take(arena, sizeof(*extent));
	if (!extent)
		return error_set(error, "out of memory");
	*extent = (struct content_extent){.offset = offset, .bytes = size, .source = source};
	if (last)
		last->next = extent;
	else
		content->extents = extent;
	content->last = extent;
	return 0;
}

int spool_add(struct spool *spool, struct arena *arena, struct content *content, uint64_t offset, const void *bytes,
	      uint64_t size, struct error *error)
{
	const char *next = bytes;

	content->fd = spool->fd;
	if (is_zero(bytes, size))
		return 0;
	if (content_extend(content, arena, offset, size, spool->end, error) < 0)
		return -1;
	while (size) {
		ssize_t done = pwrite(spool->fd, next, size, (off_t)spool->end);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return error_set(error, "no room to unpack: %s", strerror(errno));
		next += done;
		spool->end += (uint64_t)done;
		size -= (uint64_t)done;
	}
	return 0;
}

int content_open(struct content_reader *reader, const struct content *content, const char *path, struct error *error)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};

	*reader = (struct content_reader){.content = content, .extent = content->extents, .fd = content->fd};
	if (!content->path)
		return 0;
	reader->fd = (int)syscall(SYS_openat2, content->fd, content->path, &how, sizeof(how));
	return reader->fd < 0 ? error_set(error, "%s: could not be read: %s", path, strerror(errno)) : 0;
}

void content_close(struct content_reader *reader)
{
	if (reader->content->path)
		close(reader->fd);
}

static int piece_read(const struct content_reader *reader, char *to, uint64_t source, uint64_t size, const char *path,
		      struct error *error)
{
	if (reader->content->memory) {
		memcpy(to, reader->content->memory + source, size);
		return 0;
	}
	while (size) {
		ssize_t got = pread(reader->fd, to, size, (off_t)source);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set(error, "%s: could not be read: %s", path, strerror(errno));
		if (got == 0)
			return error_set(error, "%s: became shorter while it was packed", path);
		to += got;
		source += (uint64_t)got;
		size -= (uint64_t)got;
	}
	return 0;
}

/* Goes to the first extent that ends behind the offset. */
static const struct content_extent *extent_seek(struct content_reader *reader, uint64_t offset)
{
	if (!reader->extent || reader->extent->offset > offset)
		reader->extent = reader->content->extents;
	while (reader->extent && reader->extent->offset + reader->extent->bytes <= offset)
		reader->extent = reader->extent->next;
	return reader->extent;
}

uint64_t content_hole(struct content_reader *reader, uint64_t offset)
{
	const struct content_extent *extent = extent_seek(reader, offset);

	if (!extent)
		return reader->content->size - offset;
	return extent->offset > offset ? extent->offset - offset : 0;
}

int content_read(struct content_reader *reader, uint64_t offset, void *bytes, uint64_t size, const char *path,
		 struct error *error)
{
	char *to = bytes;

	while (size) {
		uint64_t hole = content_hole(reader, offset), piece = hole < size ? hole : size;
		const struct content_extent *extent = reader->extent;

		if (hole) {
			memset(to, 0, piece);
		} else {
			uint64_t in = offset - extent->offset;

			piece = extent->bytes - in < size ? extent->bytes - in : size;
			if (piece_read(reader, to, extent->source + in, piece, path, error) < 0)
				return -1;
		}
		to += piece;
		offset += piece;
		size -= piece;
	}
	return 0;
}
