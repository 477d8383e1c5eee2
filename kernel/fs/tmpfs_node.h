/*
 * The insides of tmpfs and overlay: who is who, and who may call what under which lock.
 *
 * Names of a directory change under the tree lock and the directory's inode->lock, and are read under either.
 * Attributes
 * and data are guarded by inode->lock. struct tmpfs's own fields by its lock, which is the innermost but for the
 * heap's.
 */
#ifndef KERNEL_FS_TMPFS_NODE_H
#define KERNEL_FS_TMPFS_NODE_H

#include <linux/errno.h>

#include "freestanding/erofs/erofs.h"
#include "kernel/fs/tmpfs.h"
#include "kernel/lib/pages.h"
#include "kernel/lib/tree.h"

#define TMPFS_SIZE_MAX ((uint64_t)INT64_MAX)
#define TMPFS_ENTRY_BYTES 20 /* what a name adds to a directory's size, as on Linux */

struct tmpfs {
	struct super super;
	struct lock lock;
	uint64_t pages; /* of file data in the arena */
	uint64_t pages_max;
	uint64_t nodes_count;
	uint64_t next_ino;
	struct list nodes;  /* all of them */
	struct erofs lower; /* overlay only: the image */
	struct tree by_nid; /* overlay only: origins */
};

/* Pages of a file that lie consecutively in the arena. */
struct tmpfs_extent {
	struct tree_node node; /* by first */
	uint64_t first;        /* page number in the file */
	uint64_t count;
	uint64_t spare;      /* pages behind them, for growing: only the file's last extent has any */
	uint8_t *data;       /* NULL: a hole, where the image has data */
	uint64_t made;       /* the file's version since which its pages lie there */
	uint64_t hole_since; /* version since which there was a hole extent before; 0: never */
	uint64_t gone;       /* of one that was taken out: the first version without */
};

struct tmpfs_data {
	struct tree extents;
	uint64_t lower_pages;          /* pages below this that are in no extent are the image's */
	struct tmpfs_extent *deferred; /* taken out, still shown or read, linked by node.right */
	uint64_t version;              /* counts changes of where pages lie */
	uint32_t pins;
	uint32_t seals;
	uint32_t writable_mappings;
	bool mapped; /* was, at some time: mm is told of changes */
};

struct tmpfs_entry {
	struct tree_node by_name; /* by hash, then name */
	struct tree_node by_order;
	uint64_t order;           /* of insertion: the cookie of readdir */
	struct tmpfs_node *child; /* with a reference; NULL: hides a name of the image */
	uint32_t hash;
	uint32_t length;
	char name[];
};

struct tmpfs_names {
	struct tree by_name;
	struct tree by_order;
	uint64_t next_order;
};

struct tmpfs_attribute {
	struct tmpfs_attribute *next;
	uint8_t *value; /* heap block; NULL: hides an attribute of the image */
	uint32_t value_bytes;
	char name[];
};

/* Where an inode of the overlay came from. */
struct tmpfs_origin {
	struct tree_node by_nid;
	struct erofs_inode lower;
	bool pinned; /* differs from the image: has a reference of its own until it has no name. Under fs->lock. */
	bool data_changed; /* regular files: set once, under inode->lock */
};

struct tmpfs_node {
	struct inode inode;
	struct list all;
	struct tmpfs_origin *origin; /* NULL: not from the image */
	struct tmpfs_attribute *attributes;
	union {
		struct tmpfs_data data;   /* S_IFREG */
		struct tmpfs_names names; /* S_IFDIR */
		char *target;             /* S_IFLNK without origin: inode.size bytes */
	};
};

static inline struct tmpfs_node *tmpfs_node(struct inode *inode)
{
	return container_of(inode, struct tmpfs_node, inode);
}

static inline struct tmpfs *tmpfs_of(const struct tmpfs_node *node)
{
	return container_of(node->inode.super, struct tmpfs, super);
}

/* --- tmpfs_super.c ------------------------------------------------------------------------------------------------ */

/* Makes the structure, without a root. NULL: no memory. */
struct tmpfs *tmpfs_super_new(const char *type, const char *source);
/* Counts pages of file data: 0 or -ENOSPC. */
int tmpfs_charge(struct tmpfs *fs, uint64_t pages);
void tmpfs_uncharge(struct tmpfs *fs, uint64_t pages);

/* --- tmpfs_node.c ------------------------------------------------------------------------------------------------- */

/* A new inode of a kind, in no directory, with one reference. NULL: no memory. */
struct tmpfs_node *tmpfs_node_new(struct tmpfs *fs, uint32_t mode, uint32_t uid, uint32_t gid);
/* Chooses the operations by inode.mode, and makes an empty body. */
void tmpfs_node_init(struct tmpfs_node *node);
/* Enters the node into fs's list; fs->lock is held. */
void tmpfs_node_list(struct tmpfs *fs, struct tmpfs_node *node);
/* Sets ctime, and mtime if asked. inode->lock is held. */
void tmpfs_touch(struct tmpfs_node *node, bool modified);
int tmpfs_setattr(struct inode *inode, const struct attributes *change);
void tmpfs_release(struct inode *inode);

extern const struct inode_ops tmpfs_regular_ops;
extern const struct file_ops tmpfs_regular_file_ops, tmpfs_directory_file_ops;

/* --- tmpfs_entries.c: the names of a directory, as the memory has them -------------------------------------------- */

/* A name, perhaps a hidden one; NULL. */
struct tmpfs_entry *tmpfs_entry_find(const struct tmpfs_node *dir, const struct name *name);
/* An entry in no directory, which hides the name; NULL: no memory. */
struct tmpfs_entry *tmpfs_entry_new(const struct name *name);
/* Puts it into the directory, behind all others. */
void tmpfs_entry_insert(struct tmpfs_node *dir, struct tmpfs_entry *entry);
/* Takes it out; it remains the caller's. */
void tmpfs_entry_remove(struct tmpfs_node *dir, struct tmpfs_entry *entry);
/* The first entry in order from `order` on, or NULL. */
struct tmpfs_entry *tmpfs_entry_from(const struct tmpfs_node *dir, uint64_t order);
/* Frees all entries and puts their children. */
void tmpfs_entries_clear(struct tmpfs_node *dir);
/* 0; -ENOTEMPTY; -EUCLEAN. */
int tmpfs_is_empty(struct tmpfs_node *dir);

/* --- tmpfs_names.c, tmpfs_rename.c, tmpfs_readdir.c, tmpfs_xattr.c: the operations -------------------------------- */

/* The entry that will name a file: nothing can fail after it was prepared. */
struct tmpfs_place {
	struct tmpfs_entry *entry; /* in the directory, naming something or hidden, or new */
	bool is_new;
};
/* -ENOENT if the directory was removed; -ENOMEM. */
int tmpfs_place_prepare(struct tmpfs_node *dir, const struct name *name, struct tmpfs_place *place);
/* The entry names the node, of which it gets a reference, and lets go what it named. dir->lock is held. */
void tmpfs_place_commit(struct tmpfs_node *dir, struct tmpfs_place *place, struct tmpfs_node *node);
void tmpfs_place_cancel(struct tmpfs_place *place);

/* What a name's removal needs, prepared: nothing can fail after it. */
struct tmpfs_removal {
	struct tmpfs_entry *entry; /* in the directory, or new */
	bool is_new;
	bool hides; /* the image has the name: the entry stays and hides it */
};
int tmpfs_removal_prepare(struct tmpfs_node *dir, const struct name *name, struct tmpfs_removal *removal);
/* Takes the name away; the entry's reference on the child, if it had one, is put. dir->lock is held. */
void tmpfs_removal_commit(struct tmpfs_node *dir, struct tmpfs_removal *removal);
void tmpfs_removal_cancel(struct tmpfs_removal *removal);
/* One name less: nlink and ctime; gives up the pin with the last. Takes node's lock. */
void tmpfs_unlinked(struct tmpfs_node *node);

int tmpfs_lookup(struct inode *dir, const struct name *name, struct inode **out);
int tmpfs_create(struct inode *dir, const struct name *name, uint32_t mode, uint32_t uid, uint32_t gid, uint64_t rdev,
		 struct inode **out);
int tmpfs_symlink(struct inode *dir, const struct name *name, const char *target, size_t length, uint32_t uid,
		  uint32_t gid, struct inode **out);
int tmpfs_link(struct inode *dir, const struct name *name, struct inode *inode);
int tmpfs_unlink(struct inode *dir, const struct name *name, struct inode *inode);
int tmpfs_rmdir(struct inode *dir, const struct name *name, struct inode *inode);
int tmpfs_tmpfile(struct inode *dir, uint32_t mode, uint32_t uid, uint32_t gid, struct inode **out);
int tmpfs_rename(struct inode *old_dir, const struct name *old_name, struct inode *inode, struct inode *new_dir,
		 const struct name *new_name, struct inode *target, unsigned flags);
int tmpfs_readdir(struct inode *inode, uint64_t *offset, uint64_t parent_ino, struct directory_sink *sink);
long tmpfs_getxattr(struct inode *inode, const char *name, void *value, size_t size);
int tmpfs_setxattr(struct inode *inode, const char *name, const void *value, size_t size, int flags);
int tmpfs_removexattr(struct inode *inode, const char *name);
long tmpfs_listxattr(struct inode *inode, char *out, size_t size);
void tmpfs_attributes_clear(struct tmpfs_node *node);

/* --- tmpfs_extents.c: the map of a file's pages; inode->lock is held ---------------------------------------------- */

/* The extent that has the page, or else the first one behind it, or NULL. */
struct tmpfs_extent *tmpfs_extent_at(const struct tmpfs_data *data, uint64_t page);
void tmpfs_extent_insert(struct tmpfs_data *data, struct tmpfs_extent *extent);
/* Sees to it that no extent reaches across the border in front of the page: 0, -ENOMEM. */
int tmpfs_extent_split(struct tmpfs_data *data, uint64_t page);
/* Takes out all extents from `first` up to `end`, which are borders; linked by node.right. */
struct tmpfs_extent *tmpfs_extents_detach(struct tmpfs_data *data, uint64_t first, uint64_t end);
/* Keeps detached extents, if any, until the last tmpfs_unpin: the file is pinned. Makes a version. */
void tmpfs_extents_defer(struct tmpfs_data *data, struct tmpfs_extent *list);
/* Frees detached extents and their pages. */
void tmpfs_extents_free(struct tmpfs *fs, struct tmpfs_extent *list);
/* Gives back the last extent's spare pages. */
void tmpfs_extents_trim(struct tmpfs_data *data);

/* --- tmpfs_data.c ------------------------------------------------------------------------------------------------- */

/* A part of a file: bytes of the arena, of the image, or a hole (data NULL). */
struct tmpfs_run {
	const uint8_t *data;
	uint64_t bytes;
	bool image;
	bool mappable;
};

/* What of a file's pages came to lie elsewhere: mm is told when the lock is free again. */
struct tmpfs_change {
	uint64_t first;
	uint64_t end; /* page numbers; first == end: nothing */
};

/* The part from a position on, which ends at the latest where what comes next differs. inode->lock is held. */
int tmpfs_run_at(struct tmpfs_node *node, uint64_t position, struct tmpfs_run *run);
/*
 * Sees to it that at least one page from `page` on is the file's own, in the arena, with its right contents. Returns
 * how
 * many such pages lie in a row, at most `wanted`, and where; -ENOSPC, -ENOMEM, -EUCLEAN. inode->lock is held.
 */
long tmpfs_pages_own(struct tmpfs_node *node, uint64_t page, uint64_t wanted, uint8_t **pages,
		     struct tmpfs_change *change);
/* A new extent of zeroed pages, counted and in no map: at most `wanted`, at least one; perhaps with spare pages.
 * -ENOMEM, -ENOSPC. */
int tmpfs_extent_alloc(struct tmpfs *fs, uint64_t page, uint64_t wanted, uint64_t spare, struct tmpfs_extent **out);
void tmpfs_change_add(struct tmpfs_change *change, uint64_t first, uint64_t count);
/* A part of the image, from a position that is in no extent and below lower_pages. -EUCLEAN. inode->lock is held. */
int tmpfs_lower_run(struct tmpfs_node *node, uint64_t position, struct tmpfs_run *run);
/* The data are about to differ from the image's. inode->lock is held. */
void tmpfs_data_touch(struct tmpfs_node *node);
/* Makes the bytes between the end of the file and `position` zero that lie in pages of its own, before it grows. */
int tmpfs_tail_clear(struct tmpfs_node *node, uint64_t position, struct tmpfs_change *change);
/* Sets the size; pages that a larger one brings are in *change, for mappings that reach behind the end. */
void tmpfs_size_set(struct tmpfs_node *node, uint64_t size, struct tmpfs_change *change);
/* Tells mm, if the file was ever mapped. No lock is held. */
void tmpfs_changed(struct tmpfs_node *node, const struct tmpfs_change *change);

/* --- tmpfs_resize.c ----------------------------------------------------------------------------------------------- */

/* -EPERM (seals), -EFBIG, -ENOSPC, -ENOMEM. Takes the lock. `always`: times change even if the size does not. */
int tmpfs_resize(struct tmpfs_node *node, uint64_t size, bool always);
int tmpfs_allocate(struct file *file, int mode, uint64_t offset, uint64_t bytes);

/* --- tmpfs_map.c -------------------------------------------------------------------------------------------------- */

int tmpfs_map(struct file *file, struct mapping_source *source);

/* --- tmpfs_history.c ---------------------------------------------------------------------------------------------- */

extern const struct mapping_history tmpfs_history;

/* --- tmpfs_seals.c ------------------------------------------------------------------------------------------------ */

/* fcntl's F_ADD_SEALS: 0, -EPERM, -EINVAL, -EBUSY; and F_GET_SEALS. Only tmpfs's files have seals. */
long tmpfs_control(struct file *file, int command, uint64_t argument);

#endif
