/* What the command line mounts besides the root: --tmpfs, -v, --read-only. */
#ifndef KERNEL_BOOT_MOUNTS_H
#define KERNEL_BOOT_MOUNTS_H

#include "kernel/task/process.h"

/*
 * Mounts what the tender says, in its order, and protects the root if it is to be read-only. The process is the first
 * one, alone; its root is mounted. Ends the guest with a message where a mount is impossible.
 */
void given_mount(struct process *process);

#endif
