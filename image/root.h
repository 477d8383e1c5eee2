/*
 * A root file system as it is put together in memory, from a directory, archives, layers: names and inodes here, the
 * bytes of files in content.h. Paths are those of strangers: whatever they are, nothing of the host is touched, as
 * symbolic links and ".." are followed within the tree alone.
 *
 * Functions return 0 or -1 with an error, unless they say otherwise. Everything lives until root_free.
 */
#ifndef IMAGE_ROOT_H
#define IMAGE_ROOT_H

#include <stdbool.h>
#include <stdint.h>

#include "image/arena.h"
#include "image/content.h"
#include "tender/error.h"

#define ROOT_NAME_MAX 255u

struct root_xattr {
	struct root_xattr *next; /* by name */
	const char *name;
	const void *value;
	uint32_t value_bytes;
};

struct root_inode;

struct root_entry {
	const char *name;
	struct root_inode *inode;
	uint32_t layer; /* the last one that had this name */
};

struct root_dir {
	struct root_entry *entries; /* by name, bytewise */
	uint32_t count;
	uint32_t capacity;
	uint32_t depth;
	struct root_inode *parent; /* the root's is itself */
};

struct root_attributes {
	uint32_t mode; /* with the kind; no other kinds than Linux knows */
	uint32_t uid;
	uint32_t gid;
	uint32_t rdev_major; /* character and block devices */
	uint32_t rdev_minor;
	uint32_t mtime_nsec;
	int64_t mtime;
	struct root_xattr *xattrs;
};

struct root_inode {
	struct root_attributes attributes;
	/* The writer's, 0 until then: */
	uint32_t links;
	uint64_t nid;
	uint64_t size;        /* bytes of data, holes included */
	uint32_t first_block; /* of the data that are not behind the inode */
	uint8_t layout;       /* enum erofs_layout */
	uint8_t chunk_bits;   /* beyond those of a block */
	uint32_t *chunks;     /* block of each */
	union {
		struct content content; /* regular files */
		const char *target;     /* symbolic links */
		struct root_dir dir;
	};
};

struct root {
	struct arena arena;
	struct root_inode *top;
	uint32_t layer;       /* of what is added from now on */
	uint64_t inode_count; /* ever made */
	bool keeps_links;     /* a directory put in the place of a link to a directory leaves the link (dpkg) */
};

int root_make(struct root *root, struct error *error);
void root_free(struct root *root);

/* A new inode without a name; NULL: out of memory. Its xattrs become the tree's, which must have been made by it. */
struct root_inode *root_inode_make(struct root *root, const struct root_attributes *attributes, struct error *error);

/* Adds an attribute to a list in its place; of one name, the last counts. */
int root_xattr_add(struct root *root, struct root_xattr **list, const char *name, const void *value, uint32_t bytes,
		   struct error *error);

/*
 * Puts an inode under a path, in the place of what was there; a directory that meets a directory gives it its
 * attributes. Directories that are missing on the way are made. "" and "." are the root, which stays a directory.
 */
int root_put(struct root *root, const char *path, struct root_inode *inode, struct error *error);

/* Gives the file at `target`, which may be a symbolic link but no directory, another name. */
int root_link(struct root *root, const char *path, const char *target, struct error *error);

/* Takes away what former layers have under the path, or with root_cover below the directory. It may be missing. */
int root_whiteout(struct root *root, const char *path, struct error *error);
int root_cover(struct root *root, const char *path, struct error *error);

/* The inode at a path, symbolic links followed; NULL: there is none. */
struct root_inode *root_find(const struct root *root, const char *path);

/* The entry of a name in a directory, or NULL. */
struct root_entry *root_entry_find(const struct root_dir *dir, const char *name, size_t length);

#endif
