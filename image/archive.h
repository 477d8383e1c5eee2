/*
 * Unpacks tar archives, compressed or not, into a root file system in memory. Nothing of the host's is created: what
 * the archive says of owners, devices, modes and attributes is kept, whoever runs this.
 */
#ifndef IMAGE_ARCHIVE_H
#define IMAGE_ARCHIVE_H

#include "image/digest.h"
#include "image/progress.h"
#include "image/root.h"

struct archive_input {
	/* Fills the buffer; returns how much, 0 at the end, -1 after an error that it has set. */
	int64_t (*read)(struct archive_input *input, void *buffer, uint64_t size, struct error *error);
};

struct archive_job {
	struct archive_input *input;
	const char *name; /* for messages */
	struct root *root;
	struct spool *spool; /* takes the files' bytes */
	bool is_layer; /* of an image: with whiteouts (https://github.com/opencontainers/image-spec/blob/v1.0.2/layer.md) */
	struct progress *progress;
	/* Filled in after success: of the archive as it was read, and after it was decompressed. */
	char packed[DIGEST_TEXT_BYTES];
	char unpacked[DIGEST_TEXT_BYTES];
};

/* Reads the input to its end. Returns 0 or -1. */
int archive_unpack(struct archive_job *job, struct error *error);

/* The bytes of a content, or of a descriptor, as input. */
struct archive_content {
	struct archive_input input;
	struct content_reader *reader;
	const char *name;
	uint64_t offset;
};

struct archive_descriptor {
	struct archive_input input;
	const char *name;
	int fd;
};

struct archive_input *archive_content_input(struct archive_content *input, struct content_reader *reader,
					    const char *name);
struct archive_input *archive_descriptor_input(struct archive_descriptor *input, int fd, const char *name);

#endif
