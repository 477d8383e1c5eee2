/*
 * Telling of what happens to files and names: what inotify(7) is made of. The calls stand where Linux has its fsnotify
 * calls, after what they tell of. Events are IN_* of linux/inotify.h.
 *
 * An inode that somebody watches, or whose directory somebody watches, says so in `watched`: where that is 0 each of
 * these functions is one load and a branch. Inodes, dentries and files are held by the caller.
 */
#ifndef KERNEL_VFS_NOTIFY_H
#define KERNEL_VFS_NOTIFY_H

#include <linux/inotify.h>

#include "kernel/vfs/file.h"

enum {
	WATCHED_SELF = 1,      /* exactly while there is a watch */
	WATCHED_DIRECTORY = 2, /* a directory that has it was watched once: whether it still is, is found out */
};

/* Callers may hold any lock but inotify's own, dentry_position_lock, and those of wait queues and the heap. */
/* By a path: those who watch the inode, and those who watch its directory. */
void notify_file_watched(const struct file *file, uint32_t event);
void notify_dentry_watched(struct dentry *dentry, uint32_t event);
void notify_inode_watched(struct inode *inode, uint32_t event);
void notify_name_watched(struct inode *dir, const struct name *name, uint32_t event, uint32_t cookie);
void notify_unlinked_watched(struct inode *inode);

/* Who is watched is looked at without a lock: a watch that comes meanwhile may miss an event. */
static inline uint8_t notify_watched(const struct inode *inode)
{
	return __atomic_load_n(&inode->watched, __ATOMIC_RELAXED);
}

/* Something was done with an open file. Not for O_PATH. */
static inline void notify_file(const struct file *file, uint32_t event)
{
	if (__builtin_expect(notify_watched(file->inode), 0))
		notify_file_watched(file, event);
}

/* What a name leads to was changed, without opening it. */
static inline void notify_dentry(struct dentry *dentry, uint32_t event)
{
	if (__builtin_expect(notify_watched(dentry->inode), 0))
		notify_dentry_watched(dentry, event);
}

/* The inode changed, whatever its names are. */
static inline void notify_inode(struct inode *inode, uint32_t event)
{
	if (__builtin_expect(notify_watched(inode) & WATCHED_SELF, 0))
		notify_inode_watched(inode, event);
}

/* A name came into or went from the directory; IN_ISDIR is the caller's to add. The cookie pairs moves; else 0. */
static inline void notify_name(struct inode *dir, const struct name *name, uint32_t event, uint32_t cookie)
{
	if (__builtin_expect(notify_watched(dir) & WATCHED_SELF, 0))
		notify_name_watched(dir, name, event, cookie);
}

/* A dentry lets go of its inode: if that has no name left, it is deleted, and nobody watches it any more. */
static inline void notify_unlinked(struct inode *inode)
{
	if (__builtin_expect(notify_watched(inode) & WATCHED_SELF, 0) && !inode->nlink)
		notify_unlinked_watched(inode);
}

/* IN_ISDIR for a directory. */
static inline uint32_t notify_kind(const struct inode *inode)
{
	return INODE_IS(inode, S_IFDIR) ? IN_ISDIR : 0;
}

/*
 * A name of `inode` moved; `replaced`, if not NULL, lost the one it had there. The tree lock is held, as it is for the
 * two below.
 */
void notify_moved(struct inode *inode, struct inode *from_dir, const struct name *from, struct inode *to_dir,
		  const struct name *to, struct inode *replaced);
/* The directory is watched from now on: so are the files in it. */
void notify_children_mark(struct dentry *dir);
/* An inode has got a place in a directory. */
static inline void notify_place_mark(struct inode *inode, const struct inode *dir)
{
	if (notify_watched(dir) & WATCHED_SELF)
		__atomic_fetch_or(&inode->watched, WATCHED_DIRECTORY, __ATOMIC_RELAXED);
}

#endif
