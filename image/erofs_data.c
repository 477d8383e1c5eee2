/* The data of files in an EROFS: see erofs_write.h. */
#include "image/erofs_writer.h"

/* A chunk that is a hole takes no room; files without such holes are not cut into chunks. */
#define CHUNK_BITS_MIN 16u
#define CHUNKS_MAX (1u << 20)

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

/* Decides whether a file is stored in chunks: one of them at least must be a hole. */
static int layout_choose(struct writer *writer, struct root_inode *inode, struct content_reader *reader)
{
	unsigned bits = CHUNK_BITS_MIN;
	uint64_t count, offset = 0;
	bool has_hole = false;

	while (inode->size && (inode->size - 1) >> bits >= CHUNKS_MAX)
		bits++;
	for (; offset + (1ull << bits) <= inode->size && !has_hole; offset += 1ull << bits)
		has_hole = content_hole(reader, offset) >= 1ull << bits;
	if (!has_hole)
		return 0;
	count = ((inode->size - 1) >> bits) + 1;
	inode->chunks = arena_take(&writer->root->arena, count * sizeof(*inode->chunks));
	if (!inode->chunks)
		return error_set(writer->error, "out of memory");
	inode->layout = EROFS_LAYOUT_CHUNKS;
	inode->chunk_bits = (uint8_t)(bits - EROFS_BLOCK_BITS);
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
	if (content_open(&reader, content, path, writer->error) < 0)
		return -1;
	result = layout_choose(writer, inode, &reader);
	if (result == 0 && inode->layout == EROFS_LAYOUT_CHUNKS)
		result = chunks_copy(writer, inode, &reader, path);
	else if (result == 0 && erofs_block_now(writer, &inode->first_block) == 0)
		result = bytes_copy(writer, &reader, path, 0, inode->size);
	else
		result = -1;
	content_close(&reader);
	return result;
}
