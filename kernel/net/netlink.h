/* The domain AF_NETLINK. netlink(7) */
#ifndef KERNEL_NET_NETLINK_H
#define KERNEL_NET_NETLINK_H

struct socket;

/* NETLINK_ROUTE and NETLINK_SOCK_DIAG: -EPROTONOSUPPORT, -ESOCKTNOSUPPORT, -ENOMEM. */
int netlink_create(int type, int protocol, struct socket **out);

#endif
