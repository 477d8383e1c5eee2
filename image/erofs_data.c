/* The data of files in an EROFS: see erofs_write.h. */
#include "image/erofs_writer.h"

#define CHUNK_BITS_MIN 16u
#define CHUNK_BITS_MAX 30u
/* Of larger ones the tables alone would be too large, and only few file systems have them. */
#define FILE_BYTES_MAX (1ull << 44)

int erofs_block_now(struct writer *writer, uint32_t *block)
{
	uint64_t number;

	if (stream_pad(writer->stream, EROFS_BLOCK_BYTES, writer->error) < 0)
		return -1;
	number = stream_position(writer->stream) / EROFS_BLOCK_BYTES;
	if (number >= UINT32_MAX)
		return error_set(writer->error, "more than 16 TiB of files");
	*block = (uint32_t)number;
	return 0;
}

static int bytes_copy(struct writer *writer, struct content_reader *reader, const char *path, uint64_t offset,
		      uint64_t size)
{
	while (size) {
		uint64_t piece;
		char *room = stream_room(writer->stream, size, &piece, writer->error);

		if (!room || content_read(reader, offset, room, piece, path, writer->error) < 0)
			return -1;
		stream_fill(writer->stream, piece);
		progress_add(writer->progress, piece);
		offset += piece;
		size -= piece;
	}
	return 0;
}

static int chunks_copy(struct writer *writer, struct root_inode *inode, struct content_reader *reader, const char *path)
{
	unsigned bits = EROFS_BLOCK_BITS + inode->chunk_bits;

	for (uint64_t offset = 0, i = 0; offset < inode->size; offset += 1ull << bits, i++) {
		uint64_t left = inode->size - offset, size = left < 1ull << bits ? left : 1ull << bits;

		inode->chunks[i] = EROFS_CHUNK_HOLE;
		if (content_hole(reader, offset) >= size)
			continue;
		if (erofs_block_now(writer, &inode->chunks[i]) < 0 ||
		    bytes_copy(writer, reader, path, offset, size) < 0)
			return -1;
	}
	return 0;
}

static uint64_t chunk_count(uint64_t size, unsigned bits)
{
	return ((size - 1) >> bits) + 1;
}

/* What a file takes in chunks of that size: those that are not holes, and their table. */
static uint64_t chunks_cost(const struct content *content, unsigned bits)
{
	uint64_t used = 0, next = 0;

	for (const struct content_extent *extent = content->extents; extent; extent = extent->next) {
		uint64_t first = extent->offset >> bits, last = (extent->offset + extent->bytes - 1) >> bits;

		if (first < next)
			first = next;
		if (last >= first)
			used += last - first + 1;
		next = last + 1;
	}
	return (used << bits) + chunk_count(content->size, bits) * sizeof(uint32_t);
}

/* Decides whether a file is stored in chunks, and of which size: where that is smaller. */
static int layout_choose(struct writer *writer, struct root_inode *inode)
{
	uint64_t best = inode->size;
	unsigned best_bits = 0;

	for (unsigned bits = CHUNK_BITS_MIN; bits <= CHUNK_BITS_MAX; bits++) {
		uint64_t cost = chunks_cost(&inode->content, bits);

		if (cost < best) {
			best = cost;
			best_bits = bits;
		}
	}
	if (!best_bits)
		return 0;
	inode->chunks = arena_take(&writer->root->arena, chunk_count(inode->size, best_bits) * sizeof(*inode->chunks));
	if (!inode->chunks)
		return error_set(writer->error, "out of memory");
	inode->layout = EROFS_LAYOUT_CHUNKS;
	inode->chunk_bits = (uint8_t)(best_bits - EROFS_BLOCK_BITS);
	writer->has_chunks = true;
	return 0;
}

int erofs_file_write(struct writer *writer, struct root_inode *inode)
{
	const struct content *content = &inode->content;
	const char *path = content->name ? content->name : "what was unpacked";
	struct content_reader reader;
	int result;

	inode->size = content->size;
	if (!inode->size)
		return 0;
	if (inode->size > FILE_BYTES_MAX)
		return error_set(writer->error, "%s: a file larger than 16 TiB", path);
	if (content_open(&reader, content, path, writer->error) < 0)
		return -1;
	result = layout_choose(writer, inode);
	if (result == 0 && inode->layout == EROFS_LAYOUT_CHUNKS)
		result = chunks_copy(writer, inode, &reader, path);
	else if (result == 0 && erofs_block_now(writer, &inode->first_block) == 0)
		result = bytes_copy(writer, &reader, path, 0, inode->size);
	else
		result = -1;
	content_close(&reader);
	return result;
}
