/* AF_UNIX sockets, for the rest of the kernel. Rules: unix(7). */
#ifndef KERNEL_NET_UNIX_H
#define KERNEL_NET_UNIX_H

#include "kernel/net/socket.h"

struct text;

#define UNIX_DATAGRAMS_MAX 10 /* /proc/sys/net/unix/max_dgram_qlen */

/* What socket_create calls. */
int unix_create(int type, int protocol, struct socket **out);

/* /proc/net/unix */
void unix_show(struct text *text);

#endif
