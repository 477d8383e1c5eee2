/*
 * Making, removing and renaming names: what is left of those calls when paths have been walked. All check the calling
 * process's permissions, take the tree lock and return 0 or the errors of the call's man page.
 */
#ifndef KERNEL_VFS_NAMES_H
#define KERNEL_VFS_NAMES_H

#include "kernel/vfs/namei.h"

/*
 * mknod and mkdir: the kind is in mode, to which the umask is applied. CAP_MKNOD was checked. *place, unless NULL: what
 * was made, with a reference.
 */
int name_make_node(const struct last_component *at, uint32_t mode, uint64_t rdev, struct path *place);
int name_make_symlink(const struct last_component *at, const char *target, size_t length);
int name_make_link(const struct last_component *at, const struct path *from);
int name_remove(const struct last_component *at, bool directory);
/* renameat2's flags, checked. */
int name_rename(const struct last_component *from, const struct last_component *to, unsigned flags);

/* --- for open and between these files; the tree lock is held ------------------------------------------------------ */

/* What a new inode in the directory is made with: set-group-id directories hand down their group. */
struct new_inode {
	uint32_t mode;
	uint32_t uid;
	uint32_t gid;
};
struct new_inode new_inode_in(const struct inode *dir, uint32_t mode);
/* -ENOENT (the directory was removed), -EROFS, -EACCES */
int name_may_create(const struct dentry *dir);
/* The dentry of the component, with a reference: adds -ENAMETOOLONG to dentry_lookup. */
int name_lookup(const struct last_component *at, struct dentry **out);

#endif
