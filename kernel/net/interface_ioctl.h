/* The requests about interfaces that every socket answers. netdevice(7) */
#ifndef KERNEL_NET_INTERFACE_IOCTL_H
#define KERNEL_NET_INTERFACE_IOCTL_H

#include "kernel/mm/user.h"

/* SIOCGIF*: as ioctl(2); -EPERM for those that change something, -ENOTTY for other requests. */
long interface_ioctl(unsigned request, user_t argument);

#endif
