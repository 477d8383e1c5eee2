/* The dentry cache as the rest of vfs/ sees it. All of this wants the tree lock held. */
#ifndef KERNEL_VFS_CACHE_H
#define KERNEL_VFS_CACHE_H

#include "kernel/vfs/namei.h"

/*
 * The cached child, perhaps negative, or NULL. No reference: it stays while the tree lock is held and nothing is
 * added.
 */
struct dentry *dentry_find(struct dentry *dir, const struct name *name);
/* A dentry outside the cache, with one reference of the caller's, and its own on parent (NULL: a root) and inode (NULL:
 * negative). NULL: no memory. */
struct dentry *dentry_new(struct dentry *parent, const struct name *name, struct inode *inode);
/* Puts the dentry into the cache, which takes a reference; takes it out again. */
void cache_add(struct dentry *dentry);
void cache_drop(struct dentry *dentry);
/* An entry of the cache is about to change its name or parent, or has. */
void dentry_unhash(struct dentry *dentry);
void dentry_rehash(struct dentry *dentry);

/* The negative dentry now leads to the inode, whose reference is taken over. */
void dentry_made(struct dentry *dentry, struct inode *inode);
/* The name went from its directory: the dentry turns negative if the cache alone knows it, else leaves the tree. */
void dentry_removed(struct dentry *dentry);
/*
 * The name changed: `moved` goes where `place` (a dentry of the new name) is; place leaves the tree if it was one.
 * -ENOMEM is the answer of dentry_rename_prepare, before anything changes.
 */
struct rename_text {
	char *moved;
	char *place; /* for exchanges */
};
int dentry_rename_prepare(const struct dentry *moved, const struct dentry *place, bool exchange,
			  struct rename_text *texts);
void dentry_rename_drop(struct rename_text *texts);
void dentry_moved(struct dentry *moved, struct dentry *place, struct rename_text *texts);
void dentry_exchanged(struct dentry *left, struct dentry *right, struct rename_text *texts);

/* Forgets up to count dentries that nobody uses. Returns how many. */
size_t dentry_cache_shrink(size_t count);
/* Dentries in the cache now. */
size_t dentry_cache_count(void);

/* Whether `below` is `above` or in the tree under it, mounts included. */
bool dentry_is_below(const struct dentry *below, const struct dentry *above);

/* Through mounts: what is mounted on the dentry, or itself. */
static inline struct dentry *dentry_top(struct dentry *dentry)
{
	while (dentry->mounted)
		dentry = dentry->mounted;
	return dentry;
}

#endif
