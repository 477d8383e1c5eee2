/* Writing EROFS: see erofs_write.h. */
#include "image/erofs_write.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "image/erofs_inode.h"
#include "image/erofs_writer.h"

#define INODE_BYTES ((uint64_t)sizeof(struct erofs_disk_extended))
/* Inode numbers count slots, and 0 is none to programs. */
#define META_FRONT_BYTES INODE_BYTES
#define FEATURE_COMPAT_MTIME 0x2u
#define UUID "tend\0\0\100\0\200\0\0\0\0\0\0\1"

static bool is_kind(const struct root_inode *inode, uint32_t kind)
{
	return (inode->attributes.mode & S_IFMT) == kind;
}

static void inode_list(struct writer *writer, struct root_inode *inode)
{
	inode->links++;
	if (inode->links > 1)
		return;
	writer->inodes[writer->count++] = inode;
	if (is_kind(inode, S_IFREG))
		writer->data_bytes += inode->content.size;
	if (!is_kind(inode, S_IFDIR))
		return;
	for (uint32_t i = 0; i < inode->dir.count; i++) {
		inode_list(writer, inode->dir.entries[i].inode);
		inode->links += is_kind(inode->dir.entries[i].inode, S_IFDIR);
	}
	/* Its own "."; the name in the parent, or the root's "..", is counted. */
	inode->links++;
}

static uint64_t align_up(uint64_t value, uint64_t unit)
{
	return (value + unit - 1) / unit * unit;
}

/* The bytes of data behind an inode and its attributes. */
static uint64_t tail_bytes(const struct root_inode *inode)
{
	if (inode->layout == EROFS_LAYOUT_CHUNKS)
		return (((inode->size - 1) >> (EROFS_BLOCK_BITS + inode->chunk_bits)) + 1) * sizeof(*inode->chunks);
	return inode->layout == EROFS_LAYOUT_INLINE ? inode->size : 0;
}

/* Neither an inode nor the data behind it may lie across the end of a block; attributes and chunks may. */
static uint64_t inode_place(const struct root_inode *inode, uint64_t at)
{
	uint64_t front = INODE_BYTES + erofs_xattrs_bytes(inode->attributes.xattrs);
	uint64_t in_block, tail = inode->layout == EROFS_LAYOUT_INLINE ? inode->size : 0;

	at = align_up(at, EROFS_SLOT_BYTES);
	in_block = at % EROFS_BLOCK_BYTES;
	if (in_block + INODE_BYTES > EROFS_BLOCK_BYTES ||
	    (tail && (in_block + front) % EROFS_BLOCK_BYTES + tail > EROFS_BLOCK_BYTES))
		at = align_up(at, EROFS_BLOCK_BYTES);
	return at;
}

/* Sizes and layouts of what has no file's data: directories and links behind their inodes if they fit. */
static int small_measure(struct writer *writer, struct root_inode *inode)
{
	uint64_t xattrs = erofs_xattrs_bytes(inode->attributes.xattrs);

	if (erofs_xattrs_check(inode->attributes.xattrs, writer->error) < 0)
		return -1;
	if (is_kind(inode, S_IFDIR))
		inode->size = erofs_dir_bytes(&inode->dir);
	else if (is_kind(inode, S_IFLNK))
		inode->size = strlen(inode->target);
	else
		return 0;
	inode->layout = (INODE_BYTES + xattrs) % EROFS_BLOCK_BYTES + inode->size <= EROFS_BLOCK_BYTES
				? EROFS_LAYOUT_INLINE
				: EROFS_LAYOUT_PLAIN;
	return 0;
}

static bool is_apart(const struct root_inode *inode)
{
	return (is_kind(inode, S_IFDIR) || is_kind(inode, S_IFLNK)) && inode->layout == EROFS_LAYOUT_PLAIN;
}

/* Gives inodes their numbers, and what stands apart its blocks. */
static int places_give(struct writer *writer)
{
	uint64_t at = META_FRONT_BYTES;
	uint32_t block;

	if (erofs_block_now(writer, &block) < 0)
		return -1;
	for (uint64_t i = 0; i < writer->count; i++) {
		struct root_inode *inode = writer->inodes[i];

		if (small_measure(writer, inode) < 0)
			return -1;
		if (is_apart(inode)) {
			inode->first_block = block;
			block += (uint32_t)(align_up(inode->size, EROFS_BLOCK_BYTES) / EROFS_BLOCK_BYTES);
		}
		at = inode_place(inode, at);
		inode->nid = at / EROFS_SLOT_BYTES;
		at += INODE_BYTES + erofs_xattrs_bytes(inode->attributes.xattrs) + tail_bytes(inode);
	}
	writer->meta_block = block;
	return 0;
}

static int data_write(struct writer *writer, const struct root_inode *inode)
{
	if (is_kind(inode, S_IFDIR))
		return erofs_dir_write(inode, writer->stream, writer->error);
	return stream_add(writer->stream, inode->target, inode->size, writer->error);
}

static int apart_write(struct writer *writer)
{
	for (uint64_t i = 0; i < writer->count; i++) {
		if (is_apart(writer->inodes[i]) && (data_write(writer, writer->inodes[i]) < 0 ||
						    stream_pad(writer->stream, EROFS_BLOCK_BYTES, writer->error) < 0))
			return -1;
	}
	return 0;
}

static int zeroes_to(struct writer *writer, uint64_t position)
{
	static const char zeroes[EROFS_BLOCK_BYTES];

	return stream_add(writer->stream, zeroes, position - stream_position(writer->stream), writer->error);
}

static int inode_write(struct writer *writer, const struct root_inode *inode, uint32_t ino)
{
	uint64_t position = writer->meta_block * EROFS_BLOCK_BYTES + inode->nid * EROFS_SLOT_BYTES;

	if (zeroes_to(writer, position) < 0 || erofs_inode_write(inode, ino, writer->stream, writer->error) < 0 ||
	    erofs_xattrs_write(inode->attributes.xattrs, writer->stream, writer->error) < 0)
		return -1;
	if (inode->layout == EROFS_LAYOUT_INLINE)
		return data_write(writer, inode);
	return stream_add(writer->stream, inode->chunks, tail_bytes(inode), writer->error);
}

static int super_write(struct writer *writer)
{
	struct erofs_disk_super super = {
		.magic = EROFS_SUPER_MAGIC,
		.feature_compat = FEATURE_COMPAT_MTIME,
		.block_bits = EROFS_BLOCK_BITS,
		.root_nid = (uint16_t)writer->root->top->nid,
		.inode_count = writer->count,
		.meta_block = (uint32_t)writer->meta_block,
		.uuid = UUID,
		.feature_incompat = writer->has_chunks ? EROFS_INCOMPAT_CHUNKED_FILE : 0,
	};
	uint32_t blocks;

	if (erofs_block_now(writer, &blocks) < 0 || stream_flush(writer->stream, writer->error) < 0)
		return -1;
	super.blocks = blocks;
	return output_write(writer->stream->output, &super, sizeof(super), EROFS_SUPER_OFFSET, writer->error);
}

static int all_write(struct writer *writer)
{
	static const char first[EROFS_BLOCK_BYTES];

	if (stream_add(writer->stream, first, sizeof(first), writer->error) < 0)
		return -1;
	inode_list(writer, writer->root->top);
	progress_stage(writer->progress, writer->data_bytes, "packing");
	for (uint64_t i = 0; i < writer->count; i++) {
		if (is_kind(writer->inodes[i], S_IFREG) && erofs_file_write(writer, writer->inodes[i]) < 0)
			return -1;
	}
	if (places_give(writer) < 0 || apart_write(writer) < 0)
		return -1;
	for (uint64_t i = 0; i < writer->count; i++) {
		if (inode_write(writer, writer->inodes[i], (uint32_t)i + 1) < 0)
			return -1;
	}
	return super_write(writer);
}

int erofs_write(struct root *root, struct stream *stream, struct progress *progress, struct error *error)
{
	struct writer writer = {.root = root, .stream = stream, .progress = progress, .error = error};
	int result;

	writer.inodes = calloc(root->inode_count, sizeof(struct root_inode *));
	if (!writer.inodes)
		return error_set(error, "out of memory");
	result = all_write(&writer);
	free(writer.inodes);
	return result;
}
