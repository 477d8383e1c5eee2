/*
 * Inodes: what names lead to. Every file system makes its own, with struct inode inside.
 *
 * References: whoever keeps a pointer holds one (inode_get); the last inode_put calls ops->release. Functions that hand
 * out an inode hand out a reference.
 * Locks: inode->lock guards the attributes and the data of regular files and directories. The tree lock
 * (vfs/dentry.h) is held by callers of lookup, create, link, unlink, rename: names do not change under an operation.
 */
#ifndef KERNEL_VFS_INODE_H
#define KERNEL_VFS_INODE_H

#include <linux/stat.h>
#include <linux/time_types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/lib/list.h"
#include "kernel/lib/lock.h"
#include "kernel/mm/user.h"

struct inode;
struct file;
struct file_ops;
struct text;
struct vma;
struct path;

/* One component of a path: not NUL-terminated, at most NAME_MAX bytes, no slash. */
struct name {
	const char *text;
	uint32_t length;
	uint32_t hash;
};

struct timestamp {
	int64_t seconds;
	uint32_t nanoseconds;
};

/* What setattr changes; permissions were checked by the caller. */
enum {
	ATTR_MODE = 1,
	ATTR_OWNER = 2,
	ATTR_GROUP = 4,
	ATTR_SIZE = 8,
	ATTR_ATIME = 16,
	ATTR_MTIME = 32,
};

struct attributes {
	unsigned valid; /* ATTR_* */
	uint32_t mode;  /* permission bits only */
	uint32_t uid;
	uint32_t gid;
	uint64_t size;
	struct timestamp atime;
	struct timestamp mtime;
};

/* What readdir hands each entry to. Returns false when the reader has had enough: the entry is not consumed. */
struct directory_sink {
	bool (*add)(struct directory_sink *sink, const char *name, size_t length, uint64_t ino, uint8_t type,
		    uint64_t next_offset);
};

/*
 * An operation that is NULL is not there: the generic layer answers (-EPERM, -ENOTDIR, -EOPNOTSUPP, defaults).
 * All return 0 or -errno. `dir` is always a directory; names were checked for length.
 */
struct inode_ops {
	/*
	 * The names in this directory come and go by themselves (proc): none is remembered, lookup is asked every
	 * time, and making a name that it does not know is -ENOENT, or -EROFS.
	 */
	bool uncached;
	/* *out with a reference; -ENOENT. */
	int (*lookup)(struct inode *dir, const struct name *name, struct inode **out);
	/* Any kind of file but a symbolic link: the kind is in mode; uid and gid are the creator's. */
	int (*create)(struct inode *dir, const struct name *name, uint32_t mode, uint32_t uid, uint32_t gid,
		      uint64_t rdev, struct inode **out);
	int (*symlink)(struct inode *dir, const struct name *name, const char *target, size_t length, uint32_t uid,
		       uint32_t gid, struct inode **out);
	int (*link)(struct inode *dir, const struct name *name, struct inode *inode);
	int (*unlink)(struct inode *dir, const struct name *name, struct inode *inode);
	/* -ENOTEMPTY */
	int (*rmdir)(struct inode *dir, const struct name *name, struct inode *inode);
	/* Target, if not NULL, is replaced (or exchanged with RENAME_EXCHANGE); kinds were checked, emptiness not. */
	int (*rename)(struct inode *old_dir, const struct name *old_name, struct inode *inode, struct inode *new_dir,
		      const struct name *new_name, struct inode *target, unsigned flags);
	/* A file without a name, for O_TMPFILE. */
	int (*tmpfile)(struct inode *dir, uint32_t mode, uint32_t uid, uint32_t gid, struct inode **out);
	/* The target, not NUL-terminated, up to size bytes; its whole length is returned. */
	long (*readlink)(struct inode *inode, char *out, size_t size);
	/* A link that leads to an object rather than a name (/proc/self/fd/N). References are the caller's. */
	int (*follow)(struct inode *inode, struct path *out);
	/* Takes the inode's lock; inode_setattr does it where fields are all there is. NULL: -EPERM */
	int (*setattr)(struct inode *inode, const struct attributes *change);
	/* Brings mode, size, times and so on up to date before they are read; NULL: they always are. */
	void (*refresh)(struct inode *inode);
	/*
	 * From *offset on; offsets are opaque to everyone else, 0 is the beginning, "." and ".." are the fs's to
	 * give.
	 */
	int (*readdir)(struct inode *dir, uint64_t *offset, uint64_t parent_ino, struct directory_sink *sink);
	/*
	 * As getxattr(2) with the size rules done by the caller: value length or -ENODATA, -ERANGE if it exceeds
	 * size.
	 */
	long (*getxattr)(struct inode *inode, const char *name, void *value, size_t size);
	int (*setxattr)(struct inode *inode, const char *name, const void *value, size_t size, int flags);
	int (*removexattr)(struct inode *inode, const char *name);
	long (*listxattr)(struct inode *inode, char *list, size_t size);
	/* Called by the last inode_put; must not take the tree lock (it may or may not be held). Frees the inode. */
	void (*release)(struct inode *inode);
};

/* A mounted file system. */
struct super {
	const char *type;    /* as in /proc/mounts */
	const char *source;  /* likewise */
	const char *options; /* likewise */
	uint64_t device;     /* st_dev */
	uint64_t magic;      /* statfs f_type */
	struct inode *root;
	bool read_only;
	/* Fills f_blocks, f_bfree, f_files and so on; NULL: zeroes. */
	void (*statfs)(struct super *super, uint64_t *blocks, uint64_t *free_blocks, uint64_t *files);
};

struct inode {
	const struct inode_ops *ops;
	const struct file_ops *file_ops; /* of files opened on it */
	struct super *super;
	uint64_t ino;
	uint64_t rdev;
	uint32_t references;
	uint32_t mode;
	uint32_t uid;
	uint32_t gid;
	uint32_t nlink;
	bool linkable;   /* made by O_TMPFILE without O_EXCL: may get a first name */
	uint8_t watched; /* WATCHED_*: vfs/notify.h; changed atomically */
	struct lock lock;
	uint64_t size;
	uint64_t blocks; /* of 512 bytes */
	struct timestamp atime;
	struct timestamp mtime;
	struct timestamp ctime;
	struct timestamp btime;
	struct file_locks *locks; /* vfs/locks.h; NULL: none ever taken */
	struct lock locks_lock;
	union {
		void *pipe;   /* FIFO: its pipe while open (fs/pipe.h) */
		void *socket; /* S_IFSOCK: who is bound to the name (net/unix_name.c) */
	};
	uint32_t writers;   /* open for writing now; for execve's ETXTBSY */
	uint32_t mappings;  /* VMAs of it, in all address spaces: atomic (mm/vma.h) */
	uint32_t executing; /* mapped as a running program; for open's ETXTBSY */
};

/* Sets what every inode needs; one reference, nlink 1, times now. */
void inode_init(struct inode *inode, struct super *super, uint32_t mode);
uint64_t inode_number_new(void);

static inline void inode_get(struct inode *inode)
{
	__atomic_fetch_add(&inode->references, 1, __ATOMIC_RELAXED);
}

/* NULL is allowed. */
void inode_put(struct inode *inode);

struct timestamp timestamp_now(void);

/* Writes all but ATTR_SIZE of the change into the inode's fields, and ctime. The lock is the caller's business. */
void inode_apply(struct inode *inode, const struct attributes *change);
/* A setattr for inodes that are only fields: -EINVAL for ATTR_SIZE. Takes the lock. */
int inode_setattr(struct inode *inode, const struct attributes *change);
/* A program runs from the file (+1), or does no longer (-1): meanwhile nobody opens it for writing. */
void inode_count_running(struct inode *inode, int change);
/* Something was read: sets atime by the rules of relatime. `due`: a day has passed. Takes the lock if it must. */
void inode_accessed(struct inode *inode, bool due);
/* Whether atime is so old that relatime sets it anyway. */
bool inode_atime_is_due(const struct inode *inode);

#define INODE_IS(inode, kind) (((inode)->mode & S_IFMT) == (kind))

#endif
