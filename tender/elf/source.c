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

static long file_read_at(const struct elf_source *source, void *buf, size_t size, uint64_t offset)
{
	size_t done = 0;

	while (done < size) {
		long got = host_pread(source->fd, (char *)buf + done, size - done, offset + done);

		if (got < 0)
			return got;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (long)done;
}

struct elf_source elf_source_memory(const char *name, const void *bytes, size_t size)
{
	return (struct elf_source){.name = name, .read_at = memory_read_at, .bytes = bytes, .size = size, .fd = -1};
}

struct elf_source elf_source_file(const char *name, int fd)
{
	long size = host_lseek(fd, 0, SEEK_END);

	return (struct elf_source){
		.name = name, .read_at = file_read_at, .size = size < 0 ? 0 : (uint64_t)size, .fd = fd};
}
