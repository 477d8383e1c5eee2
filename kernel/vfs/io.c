/* Segments of memory that a read or write works through: see io.h. */
#include "kernel/vfs/io.h"

#include <linux/errno.h>

#include "kernel/lib/heap.h"
#include "kernel/lib/pages.h"
#include "kernel/lib/string.h"

static void *kernel_pointer(uint64_t address)
{
	return (void *)(uintptr_t)address;
}

static void io_one_segment(struct io *io, uint64_t base, uint64_t bytes, bool kernel)
{
	io->single = (struct io_segment){base, bytes};
	io->segments = &io->single;
	io->offset = 0;
	io->left = bytes;
	io->kernel = kernel;
	io->append = false;
	io->no_append = false;
	io->vector = false;
	io->owned = NULL;
}

int io_user(struct io *io, user_t base, uint64_t bytes)
{
	if (!user_range_is_possible(base, bytes))
		return -EFAULT;
	io_one_segment(io, base, bytes < IO_BYTES_MAX ? bytes : IO_BYTES_MAX, false);
	return 0;
}

void io_kernel(struct io *io, void *base, size_t bytes)
{
	io_one_segment(io, (uint64_t)(uintptr_t)base, bytes, true);
}

/* Checks the segments as Linux does (a negative length anywhere is an error) and cuts them off at IO_BYTES_MAX. */
static long segments_check(struct io_segment *segments, uint64_t count)
{
	uint64_t total = 0;

	for (uint64_t i = 0; i < count; i++) {
		if ((int64_t)segments[i].bytes < 0)
			return -EINVAL;
		if (!user_range_is_possible(segments[i].base, segments[i].bytes))
			return -EFAULT;
		if (segments[i].bytes > IO_BYTES_MAX - total)
			segments[i].bytes = IO_BYTES_MAX - total;
		total += segments[i].bytes;
	}
	return (long)total;
}

int io_import(struct io *io, user_t vector, uint64_t count)
{
	struct io_segment *segments;
	long total;

	io_one_segment(io, 0, 0, false);
	io->vector = true;
	if (count > IO_SEGMENTS_MAX)
		return -EINVAL;
	if (count == 0)
		return 0;
	segments = heap_alloc(count * sizeof(*segments));
	if (!segments)
		return -ENOMEM;
	total = copy_from_user(segments, vector, count * sizeof(*segments)) ? -EFAULT : segments_check(segments, count);
	if (total < 0) {
		heap_free(segments);
		return (int)total;
	}
	io->segments = segments;
	io->owned = segments;
	io->left = (size_t)total;
	return 0;
}

void io_end(struct io *io)
{
	heap_free(io->owned);
	io->owned = NULL;
}

enum io_direction { IO_PUT, IO_GET, IO_ZERO, IO_SKIP };

/* How much of one piece could be moved. `buffer` is the kernel's side, unused for IO_ZERO and IO_SKIP. */
static size_t piece_move(bool kernel, uint64_t address, void *buffer, size_t bytes, enum io_direction direction)
{
	if (direction == IO_SKIP)
		return bytes;
	if (kernel) {
		if (direction == IO_PUT)
			memcpy(kernel_pointer(address), buffer, bytes);
		else if (direction == IO_GET)
			memcpy(buffer, kernel_pointer(address), bytes);
		else
			memset(kernel_pointer(address), 0, bytes);
		return bytes;
	}
	if (direction == IO_PUT)
		return user_write(address, buffer, bytes);
	if (direction == IO_GET)
		return user_read(buffer, address, bytes);
	return user_clear(address, bytes);
}

static size_t io_move(struct io *io, uint8_t *buffer, size_t bytes, enum io_direction direction)
{
	size_t done = 0;

	if (bytes > io->left)
		bytes = io->left;
	while (done < bytes) {
		size_t piece = io->segments->bytes - io->offset;
		size_t moved;

		if (piece == 0) {
			io->segments++;
			io->offset = 0;
			continue;
		}
		if (piece > bytes - done)
			piece = bytes - done;
		moved = piece_move(io->kernel, io->segments->base + io->offset, buffer ? buffer + done : NULL, piece,
				   direction);
		io->offset += moved;
		io->left -= moved;
		done += moved;
		if (moved < piece)
			break;
	}
	return done;
}

size_t io_put(struct io *io, const void *from, size_t bytes)
{
	/* IO_PUT only reads the buffer. */
	return io_move(io, (uint8_t *)(uintptr_t)from, bytes, IO_PUT);
}

size_t io_get(struct io *io, void *to, size_t bytes)
{
	return io_move(io, to, bytes, IO_GET);
}

size_t io_get_probe(const struct io *io, size_t bytes)
{
	const struct io_segment *segment = io->segments;
	size_t offset = io->offset, done = 0;

	if (bytes > io->left)
		bytes = io->left;
	if (io->kernel)
		return bytes;
	while (done < bytes) {
		uint64_t address = segment->base + offset;
		size_t left = segment->bytes - offset, step = PAGE_BYTES - address % PAGE_BYTES;
		uint8_t byte;

		if (left == 0) {
			segment++;
			offset = 0;
			continue;
		}
		if (!user_read(&byte, address, 1))
			break;
		step = step < left ? step : left;
		done += step;
		offset += step;
	}
	return done < bytes ? done : bytes;
}

void io_skip(struct io *io, size_t bytes)
{
	(void)io_move(io, NULL, bytes, IO_SKIP);
}

bool io_segment_next(struct io *io)
{
	if (!io->left)
		return false;
	while (io->segments->bytes == io->offset) {
		io->segments++;
		io->offset = 0;
	}
	return true;
}

size_t io_put_zero(struct io *io, size_t bytes)
{
	return io_move(io, NULL, bytes, IO_ZERO);
}
