/* Netlink sockets, inside kernel/net/netlink*.c. */
#ifndef KERNEL_NET_NETLINK_SOCKET_H
#define KERNEL_NET_NETLINK_SOCKET_H

#include "kernel/lib/list.h"
#include "kernel/net/netlink_message.h"
#include "kernel/net/socket.h"

struct netlink_socket {
	struct socket socket;
	struct list all; /* the table of ports */
	uint32_t port;   /* 0: not bound yet; guarded by the table's lock */
	uint32_t groups; /* multicast, of which nothing ever comes: the network does not change */
	uint32_t to_port;
	uint32_t to_groups;
	uint32_t options; /* bit n: option n of SOL_NETLINK is on */
	/* Guarded by socket.lock. */
	struct list queue;
	size_t queue_bytes;
};

static inline struct netlink_socket *netlink_of(struct socket *socket)
{
	return container_of(socket, struct netlink_socket, socket);
}

/* Gives it a free port, its process's number if that is free, unless it has one. */
void netlink_autobind(struct netlink_socket *sock);

int netlink_bind(struct socket *socket, const struct socket_address *address);
int netlink_connect(struct socket *socket, const struct socket_address *address, bool wait);
int netlink_name(struct socket *socket, bool of_peer, struct socket_address *out);
int netlink_option_set(struct socket *socket, int level, int name, user_t value, unsigned bytes);
int netlink_option_get(struct socket *socket, int level, int name, user_t value, unsigned *bytes);
long netlink_send(struct socket *socket, struct socket_message *message);
long netlink_receive(struct socket *socket, struct socket_message *message);
unsigned netlink_poll(struct socket *socket, struct poll_entry *entry);
/* Throws away what nobody read. */
void netlink_queue_clear(struct netlink_socket *sock);

/* The table of ports. */
void netlink_table_add(struct netlink_socket *sock);
void netlink_table_remove(struct netlink_socket *sock);

#endif
