/* What the image under the overlay has: inodes, names and attributes that memory knows nothing of yet. */
#ifndef KERNEL_FS_OVERLAY_H
#define KERNEL_FS_OVERLAY_H

#include "kernel/fs/tmpfs_node.h"

/* The one inode for an inode number of the image, with a reference: 0, -ENOMEM, -EUCLEAN, -EOPNOTSUPP. */
int overlay_node(struct tmpfs *fs, uint64_t nid, struct tmpfs_node **out);
/* Takes it out of the table of origins, when it is released. Does nothing for others. */
void overlay_forget(struct tmpfs_node *node);

/* From now on the node differs from the image: it stays until overlay_unpin. Does nothing without origin or twice. */
void overlay_pin(struct tmpfs_node *node);
void overlay_unpin(struct tmpfs_node *node);

/* Whether the image's directory has the name, whatever hides it: 1 and its number, 0, -EUCLEAN. */
int overlay_has(const struct tmpfs_node *dir, const struct name *name, uint64_t *nid);
/* The next name of the image that nothing in memory hides or replaces; "." and ".." are left out. 1, 0: no more. */
int overlay_next(const struct tmpfs_node *dir, uint64_t *cookie, struct erofs_entry *entry);

/* The target of a symbolic link, as inode_ops.readlink. */
long overlay_readlink(const struct tmpfs_node *node, char *out, size_t size);

#endif
