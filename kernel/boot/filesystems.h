/* The guest's mounts and standard descriptors. */
#ifndef KERNEL_BOOT_FILESYSTEMS_H
#define KERNEL_BOOT_FILESYSTEMS_H

#include "kernel/task/process.h"

/* Mounts the root and what containers have besides, and gives the process its root, directory and descriptors. */
int filesystems_mount(struct process *process);

#endif
