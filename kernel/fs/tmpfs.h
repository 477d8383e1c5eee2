/*
 * The file system in memory: tmpfs, the overlay over the root image, memfd_create's files. It is one implementation: an
 * inode of the overlay may have an origin in the image, from which comes what was not changed since.
 *
 * Regular files are runs of arena pages, found by an extent tree, and pages of the image where there is an origin.
 * Pages
 * never move while they belong to a file, so mappings of them stay true.
 */
#ifndef KERNEL_FS_TMPFS_H
#define KERNEL_FS_TMPFS_H

#include "kernel/vfs/file.h"
#include "kernel/vfs/inode.h"

/*
 * An empty file system, whose root belongs to uid and gid 0, mode 1777. max_bytes 0: no limit but the arena. -ENOMEM.
 */
int tmpfs_new(const char *source, uint64_t max_bytes, struct super **out);

/* The root file system: what an image shows, and every change in memory. -EINVAL, -EUCLEAN, -EOPNOTSUPP as
 * erofs_open; -ENOMEM. The image must stay where it is. */
int overlay_new(const void *image, uint64_t bytes, struct super **out);
/* Nobody changes the file system from now on; what is mounted in it may make directories still. */
void super_protect(struct super *super);

/* Gives back everything. Nobody may hold a reference on any inode of it any more. */
void tmpfs_free(struct super *super);

/* What fcntl.h calls so since Linux 6.3. */
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020
#endif

/* --- memfd_create and seals --------------------------------------------------------------------------------------- */

/* An open file without a name; flags are MFD_*, already checked. *out with a reference. -ENOMEM. */
int memfd_new(const char *name, unsigned flags, struct file **out);

/* What file_ops.map gives mm to count shared mappings that are, or may become, writable: see mapping_source. */
int tmpfs_writable_mapping_add(struct inode *inode);
void tmpfs_writable_mapping_remove(struct inode *inode);

/* --- direct access to data, for sendfile and the like ------------------------------------------------------------- */

/* Whether the three functions below work on the inode. */
bool tmpfs_is_data(const struct inode *inode);
/* Until tmpfs_unpin, no page of the file is freed or used for something else, whatever is truncated. */
void tmpfs_pin(struct inode *inode);
void tmpfs_unpin(struct inode *inode);
/*
 * Where the bytes at a position of a pinned file are now: how many lie there in a row (at most `bytes`), 0 behind the
 * end of the file. Holes point to a page of zeroes.
 */
size_t tmpfs_peek(struct inode *inode, uint64_t position, size_t bytes, const void **data);

#endif
