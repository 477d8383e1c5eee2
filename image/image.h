/* Makes image files (abi/image.h) out of directories, and keeps them. */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "tender/error.h"

struct image_options {
	const char *config; /* OCI image configuration; not checked here, NULL: none */
	size_t config_bytes;
};

struct image_report {
	uint64_t file_bytes;
	uint64_t patch_bytes; /* patched pages and stubs */
	uint32_t elf_files;   /* x86-64 and others */
	uint32_t objects;     /* of these, patched */
	uint32_t sites;       /* patched system call instructions */
	uint32_t left;        /* those that stay, __restore_rt among them */
};

/*
 * Packs a directory with mkfs.erofs, patches its executables and puts the image in the place of `output`, all or
 * nothing: until then the new file has no name, or a temporary one where the file system knows no nameless files.
 * The same tree, times included, gives the same bytes. Owners are the tree's; built by anybody but root, all is root's.
 * `report` may be NULL. Returns 0 or -1.
 */
int image_build(const char *root, const char *output, const struct image_options *options, struct image_report *report,
		struct error *error);

/*
 * The image of a root directory, from the cache ($XDG_CACHE_HOME/tend or ~/.cache/tend), built if the tree has changed;
 * an image file stands for itself. Puts the image's path into `path`, for messages: the file may lose that name when
 * the tree changes again. Returns a read-only descriptor (close-on-exec) of a file whose header was checked, or -1. May
 * block until another process has built the same image.
 */
int image_of_root(const char *root, char *path, size_t path_size, struct error *error);

#endif
