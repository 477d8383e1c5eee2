/* EROFS: directories. See erofs.h. A directory is a sequence of blocks, each sorted, and sorted among themselves. */
#include <linux/errno.h>
#include <linux/stat.h>

#include "freestanding/erofs/format.h"
#include "freestanding/erofs/load.h"

#define RECORD_BYTES ((uint32_t)sizeof(struct erofs_disk_dirent))

/* One block of a directory: `count` records, of which at least one; names lie in [names, bytes). */
struct block {
	const uint8_t *data;
	uint32_t bytes;
	uint32_t count;
};

static inline uint32_t name_offset(const struct block *block, uint32_t index)
{
	uint16_t offset;

	__builtin_memcpy(&offset, block->data + index * RECORD_BYTES + offsetof(struct erofs_disk_dirent, name_offset),
			 sizeof(offset));
	return offset;
}

static int block_open(const struct erofs *fs, const struct erofs_inode *dir, uint64_t number, struct block *block)
{
	struct erofs_run run;
	int error = erofs_data(fs, dir, number << EROFS_BLOCK_BITS, &run);
	uint32_t first;

	if (error)
		return error;
	block->data = run.data;
	block->bytes = run.bytes < EROFS_BLOCK_BYTES ? (uint32_t)run.bytes : EROFS_BLOCK_BYTES;
	if (!block->data || block->bytes < RECORD_BYTES)
		return -EUCLEAN;
	first = name_offset(block, 0);
	block->count = first / RECORD_BYTES;
	return first >= RECORD_BYTES && first % RECORD_BYTES == 0 && first < block->bytes ? 0 : -EUCLEAN;
}

/* The place of a name; the last one of a block ends with it or with a NUL. */
static int name_find(const struct block *block, uint32_t index, const char **name, uint32_t *length)
{
	uint32_t start = name_offset(block, index);
	uint32_t end = index + 1 < block->count ? name_offset(block, index + 1) : block->bytes;
	uint32_t i = 0;

	if (start < block->count * RECORD_BYTES || start >= end || end > block->bytes)
		return -EUCLEAN;
	*name = (const char *)block->data + start;
	*length = end - start;
	if (index + 1 == block->count) {
		while (i < *length && (*name)[i])
			i++;
		*length = i;
	}
	return *length && *length <= EROFS_NAME_MAX ? 0 : -EUCLEAN;
}

/* Bytewise: negative, zero or positive as the name wanted is before, at or behind that of the record. */
static int name_compare(const struct block *block, uint32_t index, const char *wanted, size_t wanted_length, int *order)
{
	const char *name;
	uint32_t length;
	size_t i = 0;
	int error = name_find(block, index, &name, &length);

	if (error)
		return error;
	while (i < length && i < wanted_length && name[i] == wanted[i])
		i++;
	if (i < length && i < wanted_length)
		*order = (uint8_t)wanted[i] - (uint8_t)name[i];
	else
		*order = (i < wanted_length) - (i < length);
	return 0;
}

/* The last block whose first name is not behind the one wanted. -ENOENT: there is none. */
static int block_search(const struct erofs *fs, const struct erofs_inode *dir, const char *name, size_t length,
			struct block *found)
{
	uint64_t low = 0, high = (dir->size + EROFS_BLOCK_BYTES - 1) >> EROFS_BLOCK_BITS;
	int error, order, result = -ENOENT;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		struct block block;

		error = block_open(fs, dir, middle, &block);
		if (!error)
			error = name_compare(&block, 0, name, length, &order);
		if (error)
			return error;
		if (order < 0) {
			high = middle;
		} else {
			low = middle + 1;
			*found = block;
			result = 0;
		}
	}
	return result;
}

static uint8_t type_of(uint8_t type)
{
	/* In the order of EROFS's types; the values are those of Linux's DT_*. */
	static const uint8_t kinds[] = {0,
					S_IFREG >> 12,
					S_IFDIR >> 12,
					S_IFCHR >> 12,
					S_IFBLK >> 12,
					S_IFIFO >> 12,
					S_IFSOCK >> 12,
					S_IFLNK >> 12};

	return type < sizeof(kinds) ? kinds[type] : 0;
}

static struct erofs_disk_dirent record_load(const struct block *block, uint32_t index)
{
	struct erofs_disk_dirent record;

	__builtin_memcpy(&record, block->data + index * RECORD_BYTES, sizeof(record));
	return record;
}

int erofs_lookup(const struct erofs *fs, const struct erofs_inode *dir, const char *name, size_t length, uint64_t *nid,
		 uint8_t *type)
{
	struct block block;
	uint32_t low = 0, high;
	int error, order;

	if ((dir->mode & S_IFMT) != S_IFDIR)
		return -ENOTDIR;
	if (length > EROFS_NAME_MAX)
		return -ENAMETOOLONG;
	error = block_search(fs, dir, name, length, &block);
	if (error)
		return error;
	high = block.count;
	while (low < high) {
		uint32_t middle = (low + high) / 2;

		error = name_compare(&block, middle, name, length, &order);
		if (error)
			return error;
		if (!order) {
			struct erofs_disk_dirent record = record_load(&block, middle);

			*nid = record.nid;
			if (type)
				*type = type_of(record.type);
			return 0;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -ENOENT;
}

static bool name_is_good(const char *name, uint32_t length)
{
	for (uint32_t i = 0; i < length; i++) {
		if (!name[i] || name[i] == '/')
			return false;
	}
	return true;
}

/* A cookie is the offset of the record in the directory, as Linux has it. */
int erofs_readdir(const struct erofs *fs, const struct erofs_inode *dir, uint64_t *cookie, struct erofs_entry *entry)
{
	uint64_t number = *cookie >> EROFS_BLOCK_BITS;
	uint32_t index = ((uint32_t)(*cookie % EROFS_BLOCK_BYTES) + RECORD_BYTES - 1) / RECORD_BYTES;
	struct erofs_disk_dirent record;
	struct block block;
	int error;

	if ((dir->mode & S_IFMT) != S_IFDIR)
		return -ENOTDIR;
	for (;; number++, index = 0) {
		if (number >= (dir->size + EROFS_BLOCK_BYTES - 1) >> EROFS_BLOCK_BITS)
			return 0;
		error = block_open(fs, dir, number, &block);
		if (error)
			return error;
		if (index < block.count)
			break;
	}
	error = name_find(&block, index, &entry->name, &entry->length);
	if (error)
		return error;
	if (!name_is_good(entry->name, entry->length))
		return -EUCLEAN;
	record = record_load(&block, index);
	entry->nid = record.nid;
	entry->type = type_of(record.type);
	*cookie = (number << EROFS_BLOCK_BITS) + (index + 1) * RECORD_BYTES;
	return 1;
}
