/*
 * Reads uncompressed EROFS file systems that lie in memory: pure functions on bytes, without allocation, locks or
 * state.
 *
 * The bytes are hostile: whatever they are, nothing outside [image, image + bytes) is read, every function ends after a
 * number of steps bounded by the directory or file it works on, and what is wrong gives -EUCLEAN, which is Linux's
 * EFSCORRUPTED. Who follows directories from the root must be prepared for cycles.
 * The first 1024 bytes are not EROFS's; a tend image has struct image_header there.
 *
 * Functions return 0 or -errno. Pointers they hand out point into the image. The image must not change.
 */
#ifndef FREESTANDING_EROFS_EROFS_H
#define FREESTANDING_EROFS_EROFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EROFS_BLOCK_BYTES 4096u
#define EROFS_NAME_MAX 255u

struct erofs {
	const uint8_t *image;
	uint64_t bytes; /* of the file system, whole blocks; what follows belongs to others */
	uint64_t meta_offset;
	uint64_t xattr_offset;
	uint64_t root_nid;
	uint64_t inode_count; /* as the file system claims: for statfs, not for loops */
	int64_t build_time;   /* the time of compact inodes */
	uint32_t build_time_nsec;
	uint8_t uuid[16];
};

/* How an inode's data lie: the numbers of the format on disk. */
enum erofs_layout {
	EROFS_LAYOUT_PLAIN = 0,
	EROFS_LAYOUT_INLINE = 2, /* whole blocks, and the rest behind the inode */
	EROFS_LAYOUT_CHUNKS = 4,
};

struct erofs_inode {
	uint64_t nid; /* also st_ino */
	uint64_t size;
	int64_t mtime;
	uint32_t mtime_nsec;
	uint32_t mode; /* of a kind that Linux knows */
	uint32_t uid;
	uint32_t gid;
	uint32_t nlink;
	uint32_t rdev; /* as st_rdev: character and block devices; 0 for others */
	/* The reader's own: */
	uint64_t data; /* offset in the image of the first block, or of the chunk table */
	uint64_t tail; /* offset of inline data */
	uint64_t xattrs;
	uint32_t xattr_bytes; /* 0: none */
	uint8_t layout;       /* enum erofs_layout */
	uint8_t chunk_bits;
	bool chunk_indexes;
};

struct erofs_entry {
	const char *name; /* not terminated; neither NUL nor slash in it */
	uint32_t length;  /* 1 to EROFS_NAME_MAX */
	uint8_t type;     /* as the image claims, in DT_* of getdents64; the inode's mode decides */
	uint64_t nid;
};

struct erofs_run {
	const uint8_t *data; /* NULL: a hole, zeroes */
	uint64_t bytes;      /* contiguous in the image, at least 1 */
	bool mappable;       /* the file's page with this offset is a page of the image; in the last page of the file,
				the bytes behind its end are zeroes or another file's */
};

struct erofs_xattr {
	const char *prefix; /* "user." and the like, or a whole name */
	const char *name;   /* what follows the prefix; not terminated */
	uint32_t prefix_length;
	uint32_t name_length;
	const uint8_t *value;
	uint32_t value_bytes;
};

/* Starts as {0}. */
struct erofs_xattr_cursor {
	uint32_t shared; /* of the shared attributes, how many were seen */
	uint32_t offset; /* of the inode's own: behind the last one seen */
};

/*
 * Checks the superblock and fills in fs. -EINVAL: not EROFS. -EOPNOTSUPP: features, compression or block sizes unknown
 * here. -EUCLEAN: contradicts itself, or the image is shorter than it claims.
 */
int erofs_open(struct erofs *fs, const void *image, uint64_t bytes);

/*
 * Decodes an inode. That the data lie inside the image is checked here, but for chunks, which erofs_data checks.
 * -EOPNOTSUPP: compressed. -EUCLEAN: no such inode, or nonsense.
 */
int erofs_inode(const struct erofs *fs, uint64_t nid, struct erofs_inode *inode);

/*
 * Finds a name of `length` bytes without NUL in a directory. -ENOENT, -ENOTDIR, -ENAMETOOLONG. `nid` is not yet
 * checked. `type` (DT_*) may be NULL. Directories contain "." and "..".
 */
int erofs_lookup(const struct erofs *fs, const struct erofs_inode *dir, const char *name, size_t length, uint64_t *nid,
		 uint8_t *type);

/*
 * The entry at the cookie, which then moves behind it. 1: an entry; 0: the end. A cookie starts as 0, only grows, fits
 * 63 bits, keeps its meaning, and may be anything a program made up (lseek). Order: bytewise by name.
 */
int erofs_readdir(const struct erofs *fs, const struct erofs_inode *dir, uint64_t *cookie, struct erofs_entry *entry);

/* The bytes at an offset of a file, directory or symbolic link. -ENODATA: at or behind its end. */
int erofs_data(const struct erofs *fs, const struct erofs_inode *inode, uint64_t offset, struct erofs_run *run);

/* An attribute by its whole name. -ENODATA: there is none. */
int erofs_xattr_get(const struct erofs *fs, const struct erofs_inode *inode, const char *name, size_t length,
		    const uint8_t **value, uint32_t *bytes);

/* The next attribute. 1: one; 0: no more. Attributes with prefixes unknown here are left out. */
int erofs_xattr_next(const struct erofs *fs, const struct erofs_inode *inode, struct erofs_xattr_cursor *cursor,
		     struct erofs_xattr *xattr);

#endif
