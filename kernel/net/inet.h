/* AF_INET and AF_INET6 sockets, for the rest of the kernel. Rules: ip(7), ipv6(7), tcp(7), udp(7), raw(7), icmp(7). */
#ifndef KERNEL_NET_INET_H
#define KERNEL_NET_INET_H

#include "kernel/net/socket.h"

/* What socket_create calls. */
int inet4_create(int type, int protocol, struct socket **out);
int inet6_create(int type, int protocol, struct socket **out);

#endif
