/* EROFS: where the bytes of a file are. See erofs.h. */
#include <linux/errno.h>

#include "freestanding/erofs/format.h"
#include "freestanding/erofs/load.h"

/* The block of a chunk, EROFS_CHUNK_HOLE for none; chunks_set has checked that the table is inside the image. */
static int chunk_block(const struct erofs *fs, const struct erofs_inode *inode, uint64_t number, uint32_t *block)
{
	struct erofs_disk_chunk chunk;

	if (!inode->chunk_indexes) {
		EROFS_LOAD(fs, inode->data + number * sizeof(*block), block);
		return 0;
	}
	EROFS_LOAD(fs, inode->data + number * sizeof(chunk), &chunk);
	*block = chunk.block;
	return chunk.device ? -EOPNOTSUPP : 0;
}

static int chunk_run(const struct erofs *fs, const struct erofs_inode *inode, uint64_t offset, struct erofs_run *run)
{
	uint64_t in_chunk = offset & ((1ull << inode->chunk_bits) - 1);
	uint64_t left = (1ull << inode->chunk_bits) - in_chunk;
	uint32_t block;
	uint64_t start;
	int error = chunk_block(fs, inode, offset >> inode->chunk_bits, &block);

	if (error)
		return error;
	if (left > inode->size - offset)
		left = inode->size - offset;
	*run = (struct erofs_run){.bytes = left};
	if (block == EROFS_CHUNK_HOLE)
		return 0;
	start = ((uint64_t)block << EROFS_BLOCK_BITS) + in_chunk;
	if (!erofs_inside(fs, start, left))
		return -EUCLEAN;
	run->data = fs->image + start;
	run->mappable = true;
	return 0;
}

int erofs_data(const struct erofs *fs, const struct erofs_inode *inode, uint64_t offset, struct erofs_run *run)
{
	uint64_t blocks_end = inode->size;

	if (offset >= inode->size)
		return -ENODATA;
	if (inode->layout == EROFS_LAYOUT_CHUNKS)
		return chunk_run(fs, inode, offset, run);
	if (inode->layout == EROFS_LAYOUT_INLINE) {
		blocks_end -= inode->size % EROFS_BLOCK_BYTES;
		if (offset >= blocks_end) {
			run->data = fs->image + inode->tail + (offset - blocks_end);
			run->bytes = inode->size - offset;
			run->mappable = false;
			return 0;
		}
	}
	run->data = fs->image + inode->data + offset;
	run->bytes = blocks_end - offset;
	run->mappable = true;
	return 0;
}
