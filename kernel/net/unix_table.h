/* The table of all AF_UNIX sockets, and of the abstract names among them. One lock, for makers and closers. */
#ifndef KERNEL_NET_UNIX_TABLE_H
#define KERNEL_NET_UNIX_TABLE_H

#include "kernel/net/unix_socket.h"

/* The socket gets the name, whose reference is taken over: -EADDRINUSE. The bind lock is held. */
int unix_table_name(struct unix_socket *sock, struct unix_address *address);
/* Who has an abstract name, with a reference; or NULL. Each type has names of its own, as in Linux. */
struct unix_socket *unix_table_find(const struct socket_address *address, int type);

#endif
