/* NETLINK_SOCK_DIAG: the sockets of TCP and UDP as sock_diag(7) lists them. They can be looked at, not closed. */
#ifndef KERNEL_NET_NETLINK_DIAG_H
#define KERNEL_NET_NETLINK_DIAG_H

#include "kernel/net/netlink_message.h"

/* As netlink_route_serve. */
void netlink_diag_serve(const uint8_t *data, size_t bytes, struct netlink_reply *reply);

#endif
