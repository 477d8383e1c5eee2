/* The two places an executable's bytes come from. */
#include <linux/fs.h>
#include <string.h>

#include "tender/elf/source.h"
#include "tender/host/host.h"

static long memory_read_at(const struct elf_source *source, void *buf, size_t size, uint64_t offset)
{
	size_t left = offset < source->size ? (size_t)(source->size - offset) : 0;
	size_t count = size < left ? size : left;

	memcpy(buf, (const uint8_t *)source->bytes + (count ? offset : 0), count);
	return (long)count;
}

static long file_read(int fd, void *buf, size_t size, uint64_t offset)
{
	size_t done = 0;

	while (done < size) {
		long got = host_pread(fd, (char *)buf + done, size - done, offset + done);

		if (got < 0)
			return got;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (long)done;
}

/* Small pieces are served from the window, which begins up to half its size before what was asked for. */
static long file_read_at(const struct elf_source *source, void *buf, size_t size, uint64_t offset)
{
	struct elf_window *window = source->window;
	size_t left;

	if (size > sizeof(window->data) / 2)
		return file_read(source->fd, buf, size, offset);
	if (offset < window->offset || offset - window->offset + size > window->bytes) {
		long got;

		window->offset = offset & ~(uint64_t)(sizeof(window->data) / 2 - 1);
		got = file_read(source->fd, window->data, sizeof(window->data), window->offset);
		window->bytes = got < 0 ? 0 : (size_t)got;
		if (got < 0)
			return got;
	}
	left = offset - window->offset < window->bytes ? window->bytes - (size_t)(offset - window->offset) : 0;
	if (size > left)
		size = left;
	memcpy(buf, window->data + (offset - window->offset), size);
	return (long)size;
}

struct elf_source elf_source_memory(const char *name, const void *bytes, size_t size)
{
	return (struct elf_source){.name = name, .read_at = memory_read_at, .bytes = bytes, .size = size, .fd = -1};
}

struct elf_source elf_source_file(const char *name, int fd, struct elf_window *window)
{
	long size = host_lseek(fd, 0, SEEK_END);

	window->bytes = 0;

	return (struct elf_source){.name = name,
				   .read_at = file_read_at,
				   .size = size < 0 ? 0 : (uint64_t)size,
				   .fd = fd,
				   .window = window};
}
