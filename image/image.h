/* Makes image files (abi/image.h), and finds those that were made. */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "image/request.h"
#include "tender/error.h"

struct image_report {
	uint64_t file_bytes;
	uint64_t patch_bytes; /* patched pages and stubs */
	uint32_t elf_files;   /* x86-64 and others */
	uint32_t objects;     /* of these, patched */
	uint32_t sites;       /* patched system call instructions */
	uint32_t left;        /* those that stay, __restore_rt among them */
	uint32_t skipped;     /* files of a program's packages that could not be read */
};

/*
 * To be called before input is read that can be read only once: `tend` itself becomes tend-build here, with
 * program_arguments, and returns only after an error. Returns 0 where images can be built.
 */
int image_builder_become(struct error *error);

/*
 * Makes an image and puts it in the place of `output`, all or nothing: until then the new file has no name, or a
 * temporary one where the file system knows no nameless files. The same source, times included, gives the same bytes.
 * Owners are the source's; but of a directory, packed by anybody but root, all is root's. `report` may be NULL. Returns
 * 0 or -1.
 */
int image_build(const struct image_request *request, const char *output, struct image_report *report,
		struct error *error);

/*
 * The image of whatever can be run: the name of an image in the store, an image file, a root directory, an OCI layout,
 * an archive, or a program of this host (an executable ELF file or script; its configuration's entrypoint is the
 * program). A word without a slash is a name first. All but names and image files are built when first needed and found
 * in the store ($XDG_CACHE_HOME/tend or ~/.cache/tend) until they change.
 *
 * Puts the image's path into `path`, for messages: the file may lose that name at any time. Returns a read-only
 * descriptor (close-on-exec) of a file whose header was checked, or -1. May block until another process has built the
 * same image. In `tend`, which has no builder, this does not return where an image has to be built: it becomes
 * tend-build with program_arguments, and begins anew.
 */
int image_of_source(const char *source, char *path, size_t path_size, struct error *error);

/*
 * The image of a directory or a file as it is now, whatever is in it: a file is the image's one entry, "file". Kept and
 * found again as image_of_source does, which it is like in all else.
 */
int image_of_files(const char *path, char *image, size_t image_size, struct error *error);

#endif
