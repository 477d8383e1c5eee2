/* Directories of a root file system: ways and entries. root.c's and root_entry.c's own. */
#ifndef IMAGE_ROOT_ENTRY_H
#define IMAGE_ROOT_ENTRY_H

#include "image/root.h"

/* Where a path leads: an entry, or where one would be. Entries move when others come or go. */
struct root_place {
	struct root_inode *dir; /* NULL: the path is that of the root, which has no entry */
	struct root_entry *entry;
	const char *name; /* in the path */
	size_t length;
};

/*
 * Follows a path to its last name; a symbolic link under that name is not followed. Directories that are missing are
 * made, or else an entry that is not found is not an error.
 */
int root_place_find(struct root *root, const char *path, bool makes, struct root_place *place, struct error *error);

/* What a path leads to from a directory, all symbolic links followed, or NULL. */
struct root_inode *root_from(const struct root *root, struct root_inode *dir, const char *path);

/* Adds an entry, which must not exist. */
int root_entry_insert(struct root *root, const struct root_place *place, struct root_inode *inode, struct error *error);
void root_entry_remove(struct root_place *place);

#endif
