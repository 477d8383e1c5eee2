/* The parts of an image behind its file system: see image.h. */
#include "freestanding/image/image.h"

#include <linux/errno.h>
#include <stdbool.h>

#define WORD_BYTES 8u
/* Addresses of applications are below. */
#define VADDR_MAX (1ull << 47)

static bool is_aligned(uint64_t value, uint64_t unit)
{
	return value % unit == 0;
}

/* Whether [offset, offset + bytes) lies behind the file system, on a boundary of `unit` bytes. */
static bool is_behind(const struct image_header *header, uint64_t offset, uint64_t bytes, uint64_t unit)
{
	return is_aligned(offset, unit) && offset >= header->erofs_bytes && bytes <= header->file_bytes &&
	       offset <= header->file_bytes - bytes;
}

static bool table_is_good(const struct image_header *header, uint64_t offset, uint64_t count, uint64_t entry_bytes)
{
	return count <= UINT32_MAX && is_behind(header, offset, count * entry_bytes, WORD_BYTES);
}

int image_header_check(const struct image_header *header, uint64_t file_bytes)
{
	static const char magic[sizeof(header->magic)] = IMAGE_MAGIC;

	for (unsigned i = 0; i < sizeof(magic); i++) {
		if (header->magic[i] != magic[i])
			return -EINVAL;
	}
	if (header->version != IMAGE_VERSION || header->reserved)
		return -EOPNOTSUPP;
	if (header->file_bytes != file_bytes || header->erofs_bytes > file_bytes || !header->erofs_bytes ||
	    !is_aligned(header->erofs_bytes, IMAGE_PAGE_BYTES))
		return -EUCLEAN;
	if (!table_is_good(header, header->objects, header->object_count, sizeof(struct image_object)) ||
	    !table_is_good(header, header->runs, header->run_count, sizeof(struct image_run)) ||
	    (header->config_bytes && !table_is_good(header, header->config, header->config_bytes, 1)))
		return -EUCLEAN;
	return 0;
}

int image_open(struct image *image, const void *bytes, uint64_t file_bytes)
{
	if (file_bytes < sizeof(image->header))
		return -EINVAL;
	image->bytes = bytes;
	__builtin_memcpy(&image->header, bytes, sizeof(image->header));
	return image_header_check(&image->header, file_bytes);
}

static bool object_is_good(const struct image_header *header, const struct image_object *object)
{
	return is_aligned(object->vaddr_start, IMAGE_PAGE_BYTES) && is_aligned(object->vaddr_end, IMAGE_PAGE_BYTES) &&
	       object->vaddr_start < object->vaddr_end && object->vaddr_end <= VADDR_MAX - object->stub_bytes &&
	       object->stub_bytes && is_aligned(object->stub_bytes, IMAGE_PAGE_BYTES) &&
	       is_behind(header, object->stubs, object->stub_bytes, IMAGE_PAGE_BYTES) && object->run_count &&
	       object->run_first <= header->run_count && object->run_count <= header->run_count - object->run_first;
}

int image_object_find(const struct image *image, uint64_t nid, struct image_object *object)
{
	uint64_t low = 0, high = image->header.object_count;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		__builtin_memcpy(object, image->bytes + image->header.objects + middle * sizeof(*object),
				 sizeof(*object));
		if (object->nid == nid)
			return object_is_good(&image->header, object) ? 1 : -EUCLEAN;
		if (object->nid < nid)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

static bool run_is_good(const struct image_header *header, const struct image_object *object,
			const struct image_run *run)
{
	return run->bytes && is_aligned(run->bytes, IMAGE_PAGE_BYTES) &&
	       is_aligned(run->file_offset, IMAGE_PAGE_BYTES) && run->file_offset <= INT64_MAX - run->bytes &&
	       is_aligned(run->vaddr, IMAGE_PAGE_BYTES) && run->vaddr >= object->vaddr_start &&
	       run->vaddr < object->vaddr_end && run->bytes <= object->vaddr_end - run->vaddr &&
	       is_behind(header, run->image_offset, run->bytes, IMAGE_PAGE_BYTES);
}

int image_run_get(const struct image *image, const struct image_object *object, uint32_t index, struct image_run *run)
{
	uint64_t number = (uint64_t)object->run_first + index;

	__builtin_memcpy(run, image->bytes + image->header.runs + number * sizeof(*run), sizeof(*run));
	return run_is_good(&image->header, object, run) ? 0 : -EUCLEAN;
}
