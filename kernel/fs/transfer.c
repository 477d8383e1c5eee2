/* Moving bytes between files inside the kernel: see transfer.h. */
#include "kernel/fs/transfer.h"

#include <linux/errno.h>

#include "kernel/fs/pipe.h"
#include "kernel/fs/tmpfs.h"
#include "kernel/lib/pages.h"
#include "kernel/vfs/notify.h"

#define BUFFER_PAGES 16ul /* as much as a pipe holds */

/* Writes bytes of kernel memory: as file_write or, with a position, file_write_at. */
static long bytes_write(struct file *out, uint64_t *out_at, const void *bytes, uint64_t count)
{
	struct io io;
	long done;

	io_kernel(&io, (void *)(uintptr_t)bytes, count);
	if (!out_at)
		return file_write(out, &io);
	done = file_write_at(out, &io, *out_at);
	if (done > 0)
		*out_at += (uint64_t)done;
	return done;
}

bool transfer_can_read(const struct file *file)
{
	if (tmpfs_is_data(file->inode))
		return true;
	if (file->ops->no_splice)
		return false;
	return file->ops->read && file->ops->seek && (INODE_IS(file->inode, S_IFCHR) || INODE_IS(file->inode, S_IFBLK));
}

void transfer_tell(const struct file *in, const struct file *out)
{
	notify_file(in, IN_ACCESS);
	notify_file(out, IN_MODIFY);
}

/* --- sources ------------------------------------------------------------------------------------------------------ */

/* Where the next bytes of a source are to be had: in the file itself, or read into the buffer. */
struct source {
	struct file *file;
	uint64_t *at;
	void *buffer; /* NULL: the file is pinned, and is its own buffer */
};

/* `out`: where the bytes go. A file that is copied to another place in itself is not read in place. */
static int source_begin(struct source *source, struct file *file, uint64_t *at, const struct inode *out)
{
	*source = (struct source){.file = file, .at = at};
	if (tmpfs_is_data(file->inode) && file->inode != out) {
		tmpfs_pin(file->inode);
		return 0;
	}
	source->buffer = pages_alloc(BUFFER_PAGES);
	return source->buffer ? 0 : -ENOMEM;
}

static void source_end(struct source *source)
{
	if (source->buffer)
		pages_free(source->buffer, BUFFER_PAGES);
	else
		tmpfs_unpin(source->file->inode);
}

/* The next bytes, at most `count`, which stay unread until source_take. */
static long source_peek(struct source *source, uint64_t count, const void **bytes)
{
	uint64_t position = *source->at;
	struct io io;

	if (!source->buffer)
		return (long)tmpfs_peek(source->file->inode, position, count, bytes);
	io_kernel(&io, source->buffer, count < BUFFER_PAGES * PAGE_BYTES ? count : BUFFER_PAGES * PAGE_BYTES);
	*bytes = source->buffer;
	return source->file->ops->read(source->file, &io, &position);
}

long transfer_to_file(struct file *in, uint64_t *in_at, struct file *out, uint64_t *out_at, uint64_t bytes)
{
	struct source source;
	const void *data;
	long done = 0, part, written;
	int error = source_begin(&source, in, in_at, out->inode);

	if (error)
		return error;
	do {
		part = source_peek(&source, bytes - (uint64_t)done, &data);
		written = part > 0 ? bytes_write(out, out_at, data, (uint64_t)part) : part;
		if (written > 0) {
			*in_at += (uint64_t)written;
			done += written;
		}
	} while (written > 0 && written == part && (uint64_t)done < bytes);
	source_end(&source);
	return done ? done : written;
}

/* How much surely fits. Somebody else may fill it first: what cannot be read again is therefore written waiting. */
static uint64_t pipe_room(struct pipe *pipe)
{
	uint64_t room;

	lock_acquire(&pipe->lock);
	room = (pipe->slot_count - (pipe->head - pipe->tail)) * PAGE_BYTES;
	lock_release(&pipe->lock);
	return room;
}

/* What source_peek found, cut so that a pipe's slots are pages of the file: a hole is zeroes from anywhere on. */
static long part_cut(const struct source *source, long part, uint64_t wanted)
{
	uint64_t end = PAGE_ROUND_DOWN(*source->at + (uint64_t)part);

	return !source->buffer && (uint64_t)part < wanted && end > *source->at ? (long)(end - *source->at) : part;
}

int transfer_refuse(struct pipe *out, unsigned flags)
{
	int error = pipe_wait_room(out, flags);

	return error < 0 ? error : -EINVAL;
}

long transfer_to_pipe(struct file *in, uint64_t *in_at, struct pipe *out, uint64_t bytes, unsigned flags)
{
	bool again = file_has_positions(in);
	struct source source;
	const void *data;
	struct io io;
	long done = 0, part, written;
	int error = pipe_wait_room(out, flags);

	if (error < 0)
		return error;
	error = source_begin(&source, in, in_at, NULL);
	if (error)
		return error;
	if (!again && bytes > pipe_room(out))
		bytes = pipe_room(out);
	do {
		part = source_peek(&source, bytes - (uint64_t)done, &data);
		if (part > 0)
			part = part_cut(&source, part, bytes - (uint64_t)done);
		written = part;
		if (part > 0) {
			io_kernel(&io, (void *)(uintptr_t)data, (size_t)part);
			written = pipe_write_pages(out, &io, source.buffer ? 0 : *in_at % PAGE_BYTES,
						   again ? flags | PIPE_NONBLOCK : flags & ~PIPE_NONBLOCK);
		}
		if (written > 0) {
			*in_at += (uint64_t)written;
			done += written;
		}
	} while (again && written > 0 && written == part && (uint64_t)done < bytes);
	source_end(&source);
	return done ? done : written;
}

/* --- pipes as sources --------------------------------------------------------------------------------------------- */

/*
 * Bytes are copied out and written before they are taken out of the pipe: what cannot be written is not lost. Two
 * readers of one pipe that do this at once may see the same bytes; on Linux they would wait for each other.
 */
static long pipe_move(struct pipe *in, struct file *out, uint64_t *out_at, uint8_t *buffer, uint64_t bytes)
{
	struct io io;
	long part, written;

	io_kernel(&io, buffer, bytes < BUFFER_PAGES * PAGE_BYTES ? bytes : BUFFER_PAGES * PAGE_BYTES);
	part = pipe_peek(in, &io);
	if (part <= 0)
		return part;
	written = bytes_write(out, out_at, buffer, (uint64_t)part);
	if (written > 0)
		pipe_discard(in, (size_t)written);
	return written;
}

/* At least one byte, unless nobody writes any more: others may read at the same time. */
static long pipe_move_first(struct pipe *in, struct file *out, uint64_t *out_at, uint8_t *buffer, uint64_t bytes,
			    unsigned flags)
{
	long part;

	do {
		part = pipe_wait_bytes(in, flags);
		if (part <= 0)
			return part;
		part = pipe_move(in, out, out_at, buffer, bytes);
	} while (!part);
	return part;
}

long transfer_from_pipe(struct pipe *in, struct file *out, uint64_t *out_at, uint64_t bytes, unsigned flags)
{
	uint8_t *buffer = pages_alloc(BUFFER_PAGES);
	long done = 0, part;

	if (!buffer)
		return -ENOMEM;
	part = pipe_move_first(in, out, out_at, buffer, bytes, flags);
	while (part > 0) {
		done += part;
		part = (uint64_t)done < bytes ? pipe_move(in, out, out_at, buffer, bytes - (uint64_t)done) : 0;
	}
	pages_free(buffer, BUFFER_PAGES);
	return done ? done : part;
}

long transfer_between_pipes(struct pipe *in, struct pipe *out, uint64_t bytes, unsigned flags, bool keep)
{
	long part;
	int there;

	/* That nobody reads, or that nothing fits, is said even at the end. */
	do {
		there = pipe_wait_bytes(in, flags);
		part = there < 0 ? there : pipe_wait_room(out, flags);
		if (part < 0)
			break;
		part = pipe_pass(in, out, bytes, flags, keep);
	} while ((!part && there) || (part == -EAGAIN && !(flags & PIPE_NONBLOCK)));
	return part;
}
