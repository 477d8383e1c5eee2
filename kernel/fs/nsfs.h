/* Namespaces as files: what the links of /proc/PID/ns lead to. A guest has one of each kind. See ioctl_nsfs(2). */
#ifndef KERNEL_FS_NSFS_H
#define KERNEL_FS_NSFS_H

#include "kernel/vfs/file.h"

enum nsfs_kind {
	NSFS_CGROUP,
	NSFS_IPC,
	NSFS_MNT,
	NSFS_NET,
	NSFS_PID,
	NSFS_TIME,
	NSFS_USER,
	NSFS_UTS,
	NSFS_KINDS,
};

/* "mnt:[4026531832]", as readlink(2) has it; the whole length. */
size_t nsfs_text(enum nsfs_kind kind, char *out, size_t size);
/* The place that opening the link leads to, with a reference; 0 or -ENOMEM. */
int nsfs_place(enum nsfs_kind kind, struct path *out);
/* The kind of namespace (CLONE_NEW*) that an open file is, or 0: it is none. */
unsigned nsfs_type(const struct file *file);

#endif
