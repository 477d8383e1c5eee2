/*
 * Where the bytes of a read or write go or come from: segments of application or kernel memory, and how far we are.
 * Segments were checked and copied in once (io_import): nobody reads an iovec twice.
 */
#ifndef KERNEL_VFS_IO_H
#define KERNEL_VFS_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/mm/user.h"

/* Linux's limit for one call (MAX_RW_COUNT); longer requests are shortened to it. */
#define IO_BYTES_MAX 0x7ffff000ul
#define IO_SEGMENTS_MAX 1024

struct io_segment {
	uint64_t base; /* as struct iovec */
	uint64_t bytes;
};

struct io {
	const struct io_segment *segments; /* current one first */
	size_t offset;                     /* done of the current one */
	size_t left;                       /* bytes still to go in all */
	bool kernel;                       /* segments are kernel memory */
	bool append;                       /* RWF_APPEND: as if O_APPEND */
	bool no_append;                    /* RWF_NOAPPEND: as if not */
	bool vector;                       /* readv, writev and so on: nothing to move is no question to the file */
	struct io_segment single;          /* what segments points to for plain read and write */
	struct io_segment *owned;          /* heap block to free */
};

/* One segment of application memory; shortens to IO_BYTES_MAX. -EFAULT if the range cannot be the application's. */
int io_user(struct io *io, user_t base, uint64_t bytes);
void io_kernel(struct io *io, void *base, size_t bytes);
/* readv's arguments: -EINVAL, -EFAULT, -ENOMEM as readv(2). io_end frees. */
int io_import(struct io *io, user_t vector, uint64_t count);
void io_end(struct io *io);

/* Copy and go on. They return how many bytes were copied: fewer than min(bytes, io->left) only if memory faults. */
size_t io_put(struct io *io, const void *from, size_t bytes);
size_t io_get(struct io *io, void *to, size_t bytes);
/* Goes on without copying, by at most what is left. */
void io_skip(struct io *io, size_t bytes);
/* From a segment that is done with to the next one that has bytes; false: there is none. */
bool io_segment_next(struct io *io);
size_t io_put_zero(struct io *io, size_t bytes);
/* How many bytes io_get could copy now, without copying them: for who has to make room first. Touches every page. */
size_t io_get_probe(const struct io *io, size_t bytes);

#endif
