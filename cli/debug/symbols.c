/* From host mappings to ELF files: see symbols.h. */
#include "cli/debug/symbols.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/image.h"
#include "abi/kernel.h"

/* Whether the file of a mapping has these bytes at an offset. */
static bool mapping_begins(pid_t pid, const struct mapping *mapping, uint64_t offset, const void *bytes, size_t count)
{
	int fd = process_mapping_open(pid, mapping);
	char found[8];
	bool same = fd >= 0 && pread(fd, found, count, (off_t)offset) == (ssize_t)count && !memcmp(found, bytes, count);

	if (fd >= 0)
		close(fd);
	return same;
}

static bool is_kernel(pid_t pid, const struct mapping *mapping)
{
	static const uint64_t magic = KERNEL_HEADER_MAGIC;

	return mapping->is_executable && mapping->start % KERNEL_SLOT_BYTES == 0 &&
	       mapping_begins(pid, mapping, mapping->offset, &magic, sizeof(magic));
}

/* The image is mapped whole, from its beginning. */
static bool is_image(pid_t pid, const struct mapping *mapping)
{
	return mapping->offset == 0 && !mapping->is_executable &&
	       mapping_begins(pid, mapping, 0, IMAGE_MAGIC, sizeof(IMAGE_MAGIC));
}

static int image_find(struct symbols *symbols, struct error *error)
{
	for (size_t i = 0; i < symbols->mappings.count; i++) {
		const struct mapping *mapping = &symbols->mappings.list[i];
		int fd, result;

		if (!is_image(symbols->pid, mapping))
			continue;
		fd = process_mapping_open(symbols->pid, mapping);
		symbols->image_inode = mapping->inode;
		result = image_index_open(&symbols->image, fd, error);
		close(fd);
		return result;
	}
	return error_set(error, "process %d: it has no image mapped: not a Linux guest, or one of another user",
			 symbols->pid);
}

int symbols_open(struct symbols *symbols, pid_t pid, struct error *error)
{
	*symbols = (struct symbols){.pid = pid};
	if (process_mappings_read(pid, &symbols->mappings, error) < 0)
		return -1;
	if (image_find(symbols, error) == 0)
		return 0;
	process_mappings_free(&symbols->mappings);
	return -1;
}

void symbols_close(struct symbols *symbols)
{
	image_index_close(&symbols->image);
	process_mappings_free(&symbols->mappings);
}

static const struct image_extent *mapping_extent(const struct symbols *symbols, const struct mapping *mapping)
{
	if (!mapping->is_executable || mapping->inode != symbols->image_inode)
		return NULL;
	return image_index_at(&symbols->image, mapping->offset);
}

/* What the addresses of an ELF file are raised by where this part of it is mapped. False: it is no part of one. */
static bool mapping_bias(const struct symbols *symbols, const struct mapping *mapping, size_t *file, uint64_t *bias)
{
	const struct image_extent *extent = mapping_extent(symbols, mapping);
	uint64_t offset, address;

	if (!extent)
		return false;
	offset = mapping->offset - extent->start + extent->offset;
	*file = extent->file;
	if (extent->is_stubs)
		address = offset;
	else if (!image_file_address(&symbols->image, extent->file, offset, &address))
		return false;
	*bias = mapping->start - address;
	return true;
}

/* Several mappings of one file at one place are one; they follow each other but for what is mapped in between. */
static bool was_added(const struct symbols *symbols, size_t before, size_t file, uint64_t bias)
{
	size_t other_file;
	uint64_t other_bias;

	for (size_t i = 0; i < before; i++) {
		if (mapping_bias(symbols, &symbols->mappings.list[i], &other_file, &other_bias) && other_file == file &&
		    other_bias == bias)
			return true;
	}
	return false;
}

int symbols_each(struct symbols *symbols, const char *directory,
		 void (*add)(void *argument, const char *path, uint64_t bias), void *argument, struct error *error)
{
	for (size_t i = 0; i < symbols->mappings.count; i++) {
		const struct mapping *mapping = &symbols->mappings.list[i];
		const char *path;
		uint64_t bias;
		size_t file;

		if (is_kernel(symbols->pid, mapping))
			add(argument, mapping->path, mapping->start);
		if (!mapping_bias(symbols, mapping, &file, &bias) || was_added(symbols, i, file, bias))
			continue;
		path = image_file_extract(&symbols->image, file, directory, error);
		if (!path)
			return -1;
		add(argument, path, bias);
	}
	return 0;
}

void symbols_each_stubs(const struct symbols *symbols, void (*add)(void *argument, uint64_t start, uint64_t end),
			void *argument)
{
	for (size_t i = 0; i < symbols->mappings.count; i++) {
		const struct mapping *mapping = &symbols->mappings.list[i];
		const struct image_extent *extent = mapping_extent(symbols, mapping);

		if (extent && extent->is_stubs)
			add(argument, mapping->start, mapping->end);
	}
}
