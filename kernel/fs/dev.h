/* /dev: a tmpfs with the nodes that a container has, and the devices behind them. */
#ifndef KERNEL_FS_DEV_H
#define KERNEL_FS_DEV_H

/*
 * At boot, once the root is mounted: mounts /dev, /dev/shm, and makes the nodes. The mount points must exist in the
 * root.
 * console_init (fs/console.h) comes first: a terminal has nodes. 0 or -errno.
 */
int dev_mount(void);

/* Registers null, zero, full, random and urandom. */
int dev_memory_init(void);
int dev_random_init(void);

#endif
