/* Rules about owners and groups beyond namei.h's permissions, for the calling process. */
#ifndef KERNEL_VFS_PERMISSION_H
#define KERNEL_VFS_PERMISSION_H

#include "kernel/vfs/inode.h"

/* By its file system group and supplementary groups. */
bool process_in_group(uint32_t gid);
/* The owner, or CAP_FOWNER. */
bool process_owns(const struct inode *inode);
/* The mode without S_ISGID, unless the process is in the group or has CAP_FSETID. */
uint32_t mode_for_group(uint32_t mode, uint32_t gid);
/* What is left of the inode's mode after a change of owner: no S_ISUID, no S_ISGID where it means set-group-id. */
uint32_t mode_without_set_ids(const struct inode *inode);
/* The same after a change of contents: CAP_FSETID keeps them. */
uint32_t mode_after_change(const struct inode *inode);

#endif
