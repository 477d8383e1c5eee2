/* Multicast groups that a socket has joined. */
#ifndef KERNEL_NET_INET_GROUP_H
#define KERNEL_NET_INET_GROUP_H

#include "lwip/ip_addr.h"

struct inet_socket;

/*
 * On an interface by index; 0: the one that packets to the group take. 0, -ENODEV, -EINVAL (no group), -EADDRINUSE
 * (joined already), -ENOBUFS; leave: -EADDRNOTAVAIL. They enter the stack.
 */
int inet_group_join(struct inet_socket *sock, const ip_addr_t *group, uint32_t interface);
int inet_group_leave(struct inet_socket *sock, const ip_addr_t *group, uint32_t interface);
/* The socket ends. The stack is entered. */
void inet_groups_leave(struct inet_socket *sock);

#endif
