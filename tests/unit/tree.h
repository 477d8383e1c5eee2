/* A directory tree with everything a file system can hold, for the tests of image files. */
#ifndef TESTS_UNIT_TREE_H
#define TESTS_UNIT_TREE_H

#include <stddef.h>
#include <stdint.h>

struct tree {
	char dir[64];   /* temporary directory, holding: */
	char root[80];  /* the tree */
	char image[80]; /* room for an image of it */
};

struct tree_image {
	const uint8_t *bytes;
	size_t size;
};

/* Make and remove: fail the test if they cannot. Device nodes are left out where one may not make them. */
void tree_make(struct tree *tree);
void tree_remove(struct tree *tree);

/* The paths of a file in the tree's root, in static memory until the next call. */
const char *tree_path(const struct tree *tree, const char *name);
void tree_write(const struct tree *tree, const char *name, const void *bytes, size_t size);

/* Runs mkfs.erofs with options (words separated by spaces) and maps its output. */
struct tree_image tree_pack(const struct tree *tree, const char *options);
struct tree_image tree_image_map(const char *path);
void tree_image_unmap(struct tree_image *image);

#endif
