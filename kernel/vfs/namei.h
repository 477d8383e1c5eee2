/* Path walks: from text to a place in the tree. Rules: path_resolution(7). */
#ifndef KERNEL_VFS_NAMEI_H
#define KERNEL_VFS_NAMEI_H

#include "kernel/vfs/dentry.h"

#define PATH_BYTES_MAX 4096

enum {
	WALK_FOLLOW = 1,      /* follow a symbolic link at the end */
	WALK_EMPTY = 2,       /* AT_EMPTY_PATH: an empty path is the start itself */
	WALK_DIRECTORY = 4,   /* must be a directory */
	WALK_NO_SYMLINKS = 8, /* RESOLVE_NO_SYMLINKS: -ELOOP */
	WALK_BENEATH = 16,    /* RESOLVE_BENEATH: -EXDEV */
	WALK_IN_ROOT = 32,    /* RESOLVE_IN_ROOT: the start is the root */
	WALK_NO_MOUNTS = 64,  /* RESOLVE_NO_XDEV: -EXDEV */
	WALK_NO_MAGIC = 128,  /* RESOLVE_NO_MAGICLINKS: -ELOOP */
	WALK_REAL_IDS = 256,  /* directories are searched with the real ids, as access(2) does */
};

/*
 * Walks `text` from the directory of descriptor dirfd (AT_FDCWD: the working directory) for the calling process, with
 * its credentials and root. *out gets a reference. -ENOENT, -ENOTDIR, -EACCES, -ELOOP, -ENAMETOOLONG, -EBADF.
 */
int path_walk(int dirfd, const char *text, unsigned flags, struct path *out);
/* The same with the path in application memory: adds -EFAULT, -ENAMETOOLONG. */
int path_walk_user(int dirfd, user_t text, unsigned flags, struct path *out);
/* What path_walk_user starts with: the text, or -EFAULT, -ENAMETOOLONG. */
int path_from_user(char copy[PATH_BYTES_MAX], user_t text);
void path_put(struct path *path);

/*
 * The walk for calls that make or remove a name: the directory that holds the last component, and that component.
 * *dir gets a reference; `last` points into `text`; `trailing_slash` is set if one followed. The last component may be
 * "." or "..": the caller answers as its call does.
 */
struct last_component {
	struct path dir;
	struct name name;
	bool trailing_slash;
	bool is_dot;     /* "." */
	bool is_dot_dot; /* ".." */
	bool is_root;    /* the path was only slashes */
};
int path_walk_parent(int dirfd, const char *text, struct last_component *out);

/*
 * The child of a directory, by the cache or the file system: a dentry, perhaps negative, with a reference. The tree
 * lock must be held. -ENAMETOOLONG, -ENOMEM, the file system's errors.
 */
int dentry_lookup(struct dentry *dir, const struct name *name, struct dentry **out);
struct name name_make(const char *text, size_t length);

/* Permission of the calling process: 0 or -EACCES. mask: MAY_* */
enum { MAY_EXEC = 1, MAY_WRITE = 2, MAY_READ = 4 };
int inode_permission(struct inode *inode, unsigned mask);
/* With the real ids, for access(2). */
int inode_permission_real(struct inode *inode, unsigned mask);
/* Whether the process may remove or rename the child (sticky bit): 0, -EPERM, -EACCES. */
int inode_may_delete(struct inode *dir, struct inode *child);

void tree_lock(void);
void tree_unlock(void);

#endif
