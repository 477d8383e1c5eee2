/* The patched copies of an image's code, behind its file system (abi/image.h). */
#ifndef IMAGE_PATCHES_H
#define IMAGE_PATCHES_H

#include "abi/image.h"
#include "freestanding/erofs/erofs.h"
#include "image/image.h"
#include "image/stream.h"

struct patches {
	struct image_object *objects;
	struct image_run *runs;
	uint64_t object_count;
	uint64_t run_count;
	uint64_t run_capacity;
};

/*
 * Patches the ELF files of a file system and appends what comes of it to the stream, which stands behind the file
 * system on a page boundary. Returns 0 or -1; to be freed in every case.
 */
int patches_append(struct patches *patches, const struct erofs *fs, struct stream *stream, struct image_report *report,
		   struct error *error);
void patches_free(struct patches *patches);

#endif
