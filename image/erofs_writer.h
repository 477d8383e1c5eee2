/* What the parts of the EROFS writer share: their own. */
#ifndef IMAGE_EROFS_WRITER_H
#define IMAGE_EROFS_WRITER_H

#include "freestanding/erofs/erofs.h"
#include "freestanding/erofs/format.h"
#include "image/progress.h"
#include "image/root.h"
#include "image/stream.h"

struct writer {
	struct root *root;
	struct stream *stream;
	struct progress *progress;
	struct root_inode **inodes; /* every one once, in the order of paths */
	uint64_t count;
	uint64_t data_bytes;
	uint64_t meta_block;
	bool has_chunks;
	struct error *error;
};

/* The number of the block that begins here, after zeroes up to it. */
int erofs_block_now(struct writer *writer, uint32_t *block);

/* Appends a file's data and sets size, layout and place of its inode. */
int erofs_file_write(struct writer *writer, struct root_inode *inode);

#endif
