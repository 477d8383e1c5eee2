/* Options about multicast groups and interfaces, for net/inet_option.c. */
#ifndef KERNEL_NET_INET_MEMBERSHIP_H
#define KERNEL_NET_INET_MEMBERSHIP_H

#include "kernel/net/inet_socket.h"

/* ADD_MEMBERSHIP, DROP_MEMBERSHIP and MULTICAST_IF of IP and IPV6. */
int inet_membership4_set(struct inet_socket *sock, int name, user_t value, unsigned bytes);
int inet_membership6_set(struct inet_socket *sock, int name, user_t value, unsigned bytes);

#endif
