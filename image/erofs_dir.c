/* Directories of an EROFS: blocks of records, each followed by their names; sorted all through. */
#include <string.h>
#include <sys/stat.h>

#include "image/erofs_inode.h"

#define RECORD_BYTES ((uint32_t)sizeof(struct erofs_disk_dirent))

/* Goes through the entries, "." and ".." among them. */
struct cursor {
	const struct root_inode *inode;
	uint32_t next;
	uint32_t dots;
};

struct name {
	const char *text;
	uint32_t length;
	const struct root_inode *inode;
};

static bool name_next(struct cursor *cursor, struct name *name)
{
	static const char *const dots[] = {".", ".."};
	const struct root_dir *dir = &cursor->inode->dir;

	if (cursor->dots < 2 &&
	    (cursor->next == dir->count || strcmp(dots[cursor->dots], dir->entries[cursor->next].name) < 0)) {
		name->text = dots[cursor->dots];
		name->inode = cursor->dots++ ? dir->parent : cursor->inode;
	} else if (cursor->next < dir->count) {
		name->text = dir->entries[cursor->next].name;
		name->inode = dir->entries[cursor->next++].inode;
	} else {
		return false;
	}
	name->length = (uint32_t)strlen(name->text);
	return true;
}

/* Steps over the entries of one block; returns its bytes, 0 if there are no more, and how many entries there are. */
static uint32_t block_measure(struct cursor *cursor, uint32_t *count)
{
	struct cursor ahead = *cursor;
	uint32_t bytes = 0;
	struct name name;

	*count = 0;
	while (name_next(&ahead, &name) && bytes + RECORD_BYTES + name.length <= EROFS_BLOCK_BYTES) {
		bytes += RECORD_BYTES + name.length;
		*cursor = ahead;
		++*count;
	}
	return bytes;
}

uint64_t erofs_dir_bytes(const struct root_dir *dir)
{
	/* Names and counts matter here only, so that the root's parent being itself does no harm. */
	struct root_inode inode = {.dir = *dir};
	struct cursor cursor = {.inode = &inode};
	uint64_t bytes = 0;
	uint32_t last, count;

	while ((last = block_measure(&cursor, &count)) > 0)
		bytes = (bytes + EROFS_BLOCK_BYTES - 1) / EROFS_BLOCK_BYTES * EROFS_BLOCK_BYTES + last;
	return bytes;
}

static uint8_t type_of(const struct root_inode *inode)
{
	/* EROFS's numbers, by the kind as in DT_*. */
	static const uint8_t types[16] = {
		[S_IFREG >> 12] = 1, [S_IFDIR >> 12] = 2,  [S_IFCHR >> 12] = 3, [S_IFBLK >> 12] = 4,
		[S_IFIFO >> 12] = 5, [S_IFSOCK >> 12] = 6, [S_IFLNK >> 12] = 7,
	};

	return types[inode->attributes.mode >> 12 & 15];
}

static void block_fill(struct cursor cursor, uint32_t count, char *block)
{
	uint32_t at = count * RECORD_BYTES;

	for (uint32_t i = 0; i < count; i++) {
		struct erofs_disk_dirent record = {0};
		struct name name;

		name_next(&cursor, &name);
		record.nid = name.inode->nid;
		record.name_offset = (uint16_t)at;
		record.type = type_of(name.inode);
		memcpy(block + i * RECORD_BYTES, &record, sizeof(record));
		memcpy(block + at, name.text, name.length);
		at += name.length;
	}
}

int erofs_dir_write(const struct root_inode *inode, struct stream *stream, struct error *error)
{
	struct cursor cursor = {.inode = inode};
	uint64_t left = inode->size;

	while (left) {
		char block[EROFS_BLOCK_BYTES] = {0};
		struct cursor start = cursor;
		uint64_t bytes = left < sizeof(block) ? left : sizeof(block);
		uint32_t count;

		block_measure(&cursor, &count);
		block_fill(start, count, block);
		if (stream_add(stream, block, bytes, error) < 0)
			return -1;
		left -= bytes;
	}
	return 0;
}
