/* /sys/class/net and what it leads to: one entry for an interface, whose number is the node's. */
#ifndef KERNEL_FS_SYSFS_NET_H
#define KERNEL_FS_SYSFS_NET_H

#include "kernel/fs/pseudo.h"

extern const struct pseudo_entry sysfs_interface[], sysfs_interface_link[];
int sysfs_interface_next(const struct pseudo_node *dir, int from);
void sysfs_interface_spell(int number, char *out);

#endif
