/* Device numbers and what serves them: where opening a character device's inode leads. */
#ifndef KERNEL_VFS_DEVICE_H
#define KERNEL_VFS_DEVICE_H

#include "kernel/vfs/file.h"

#define DEVICE_ANY_MINOR (~0u)

/*
 * From now on files opened on the character device major:minor have these operations. `open`, unless NULL, is called
 * with them set: 0 or -errno. At boot only: the list takes no lock. -ENOMEM
 */
int device_register(unsigned major, unsigned minor, const struct file_ops *ops,
		    int (*open)(struct inode *inode, struct file *file));
/* Gives a file just made its operations by inode->rdev: -ENXIO if nobody registered. */
int device_open(struct inode *inode, struct file *file);

/* Device numbers as stat and mknod have them. */
uint64_t device_number(unsigned major, unsigned minor);
unsigned device_major(uint64_t number);
unsigned device_minor(uint64_t number);

#endif
