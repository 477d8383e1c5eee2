/* Pieces of an EROFS on disk: the writer's own. */
#ifndef IMAGE_EROFS_INODE_H
#define IMAGE_EROFS_INODE_H

#include "freestanding/erofs/erofs.h"
#include "freestanding/erofs/format.h"
#include "image/root.h"
#include "image/stream.h"

/* Bytes that a directory has. */
uint64_t erofs_dir_bytes(const struct root_dir *dir);
/* Appends them; nids are known. `inode` is the directory's. */
int erofs_dir_write(const struct root_inode *inode, struct stream *stream, struct error *error);

/* Bytes of the attributes behind an inode. */
uint64_t erofs_xattrs_bytes(const struct root_xattr *list);
int erofs_xattrs_write(const struct root_xattr *list, struct stream *stream, struct error *error);
/* -1: too many or too long for the format. */
int erofs_xattrs_check(const struct root_xattr *list, struct error *error);

/* Appends the inode itself, the number `ino` being for systems with small inode numbers. */
int erofs_inode_write(const struct root_inode *inode, uint32_t ino, struct stream *stream, struct error *error);

#endif
