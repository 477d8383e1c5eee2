/*
 * Names: the tree of dentries in front of the file systems, and the mounts in it.
 *
 * The tree lock guards the shape of the tree: parents, names, children, mounts. It is held during lookups that miss the
 * cache and during every change of names. Lookups that hit take no lock but the one that the walk takes once.
 */
#ifndef KERNEL_VFS_DENTRY_H
#define KERNEL_VFS_DENTRY_H

#include "kernel/lib/list.h"
#include "kernel/vfs/inode.h"

struct dentry {
	uint32_t references; /* users, the cache being one: it keeps a dentry until it wants room */
	uint32_t hash;
	struct dentry *parent;  /* itself: a root. Holds a reference. */
	struct inode *inode;    /* NULL: negative, the name is known not to exist. Holds a reference. */
	struct dentry *mounted; /* root of what is mounted here */
	struct dentry *covers;  /* of a mounted root: the dentry it lies on */
	struct dentry *next_in_bucket;
	struct list children; /* of the directory */
	struct list sibling;
	struct list cached; /* every dentry in the cache, those looked at longest ago first, roughly */
	bool used;          /* looked up since the cache last went over it */
	bool hashed;        /* in the cache and its list of siblings */
	bool unlinked;      /* no longer in the tree: getcwd says ENOENT, proc " (deleted)" */
	uint16_t length;
	const char *name; /* NUL-terminated: own_name, or a heap block once renamed */
	char own_name[];
};

/* A place in the tree. Whoever keeps one holds a reference on the dentry. */
struct path {
	struct dentry *dentry;
};

/* May be asked without the tree lock: then it may become so at any moment. */
static inline bool dentry_is_unlinked(const struct dentry *dentry)
{
	return __atomic_load_n(&dentry->unlinked, __ATOMIC_RELAXED);
}

void dentry_get(struct dentry *dentry);
/* NULL is allowed. */
void dentry_put(struct dentry *dentry);
/*
 * A dentry (with its own reference on inode) for an object without a name in any directory (pipe:[1], memfd:x); *out
 * with a reference.
 */
int dentry_anonymous(const char *text, struct inode *inode, struct dentry **out);

/*
 * For those who look at a dentry's parent and name without the tree lock, which may be held or not: between the two,
 * neither changes. Renames take this lock within the tree lock.
 */
void dentry_position_lock(void);
void dentry_position_unlock(void);

/*
 * Changes the attributes of what the dentry leads to, and tells those who watch it. Permissions were checked. -EPERM if
 * the file system has no such thing; its errors.
 */
int dentry_setattr(struct dentry *dentry, const struct attributes *change);

/*
 * The whole path as seen from `root`, NUL-terminated, at the end of buffer; *out points to it. Its length with the
 * NUL, or
 * -ENAMETOOLONG, or -ENOENT if it is unlinked or not below root: then *out has the name it had. An anonymous object's
 * is
 * its name. Takes the tree lock.
 */
long path_text(const struct path *path, const struct path *root, char *buffer, size_t size, char **out);

/*
 * Sets the calling process's root or working directory (a reference of its own is taken). That is done with the tree
 * lock
 * held, on top of process->lock: walks use both places without references.
 */
void path_replace(struct path *place, const struct path *with);

/*
 * Mounts super's root on the directory (the first one is mounted on "/" and becomes the root); 0 or -errno. For boot: a
 * directory that is missing is made, as container runtimes do.
 * Mounts are listed in order for /proc/mounts.
 */
int mount_add(struct super *super, const char *path);
/* Mounts `root`, the root of super or a file in it, on a place of the same kind, which has nothing mounted yet. */
int mount_place(struct super *super, struct inode *root, const struct path *place);
struct mount {
	struct list list;
	struct super *super;
	struct dentry *root;
};
extern struct list mounts;
/* The guest's root directory, with a reference: what the first process starts with. */
void mount_root(struct path *out);

#endif
