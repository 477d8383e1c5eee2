/* Opening by name: what open, openat, openat2, creat and the kernel's own users share. */
#ifndef KERNEL_VFS_OPEN_H
#define KERNEL_VFS_OPEN_H

#include "kernel/vfs/file.h"

struct open_request {
	unsigned flags; /* O_*, checked for what contradicts itself */
	uint32_t mode;  /* permission bits of a file that is made; the umask is applied */
	unsigned walk;  /* WALK_* of openat2's resolve */
};

/* 0 and a file with one reference, or the errors of open(2). May block: FIFOs. */
int file_open(int dirfd, const char *text, const struct open_request *request, struct file **out);

/* Cuts or stretches the file to a size; permissions were checked. mtime is set even if nothing changes. -ETXTBSY,
 * -EFBIG, -EPERM, -EINVAL ... */
int dentry_truncate(struct dentry *dentry, uint64_t size);

#endif
