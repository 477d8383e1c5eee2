/* Options about multicast groups and interfaces, for net/inet_option.c. */
#ifndef KERNEL_NET_INET_MEMBERSHIP_H
#define KERNEL_NET_INET_MEMBERSHIP_H

#include "kernel/net/inet_socket.h"

/*
 * IP_ADD_MEMBERSHIP, IP_DROP_MEMBERSHIP, IP_MULTICAST_IF; IPV6_ADD_MEMBERSHIP, IPV6_DROP_MEMBERSHIP, IPV6_MULTICAST_IF.
 */
int inet_membership4_set(struct inet_socket *sock, int name, user_t value, unsigned bytes);
int inet_membership6_set(struct inet_socket *sock, int name, user_t value, unsigned bytes);

#endif
