/*
 * Fuzz target: the bytes are an image whose ELF files are looked for, as debuggers' helpers do it. What the index says
 * lies inside the image, and every file can be copied.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/debug/image_index.h"
#include "tests/fuzz/fuzz.h"

static void index_check(const struct image_index *index)
{
	for (size_t i = 0; i < index->extent_count; i++) {
		const struct image_extent *extent = &index->extents[i];
		uint64_t address;

		FUZZ_CHECK(extent->start < extent->end && extent->end <= index->bytes);
		FUZZ_CHECK(extent->file < index->file_count);
		FUZZ_CHECK(i == 0 || index->extents[i - 1].start <= extent->start);
		(void)image_file_address(index, extent->file, extent->offset, &address);
		(void)image_index_at(index, extent->start);
	}
	for (size_t i = 0; i < index->file_count; i++)
		FUZZ_CHECK(index->files[i].path[0] == '/' && !strstr(index->files[i].path, "/../"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("image", 0);
	struct image_index index;
	struct error error = {0};

	FUZZ_CHECK(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	if (image_index_open(&index, fd, &error) == 0) {
		index_check(&index);
		image_index_close(&index);
	} else {
		fuzz_error_check(&error);
	}
	close(fd);
	return 0;
}
