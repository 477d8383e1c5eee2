/* The life of netlink sockets. */
#include "kernel/net/netlink.h"

#include <linux/errno.h>

#include "kernel/lib/heap.h"
#include "kernel/net/netlink_socket.h"

static void netlink_release(struct socket *socket)
{
	struct netlink_socket *sock = netlink_of(socket);

	netlink_table_remove(sock);
	netlink_queue_clear(sock);
	socket_end(socket);
	heap_free(sock);
}

static const struct socket_ops netlink_ops = {
	.bind = netlink_bind,
	.connect = netlink_connect,
	.name = netlink_name,
	.send = netlink_send,
	.receive = netlink_receive,
	.poll = netlink_poll,
	.option_set = netlink_option_set,
	.option_get = netlink_option_get,
	.release = netlink_release,
};

int netlink_create(int type, int protocol, struct socket **out)
{
	struct netlink_socket *sock;

	if (type != SOCK_RAW && type != SOCK_DGRAM)
		return -ESOCKTNOSUPPORT;
	if (protocol != NETLINK_ROUTE && protocol != NETLINK_SOCK_DIAG)
		return -EPROTONOSUPPORT;
	sock = heap_new(struct netlink_socket);
	if (!sock)
		return -ENOMEM;
	socket_init(&sock->socket, &netlink_ops, AF_NETLINK, type);
	sock->socket.protocol = protocol;
	list_init(&sock->queue);
	netlink_table_add(sock);
	*out = &sock->socket;
	return 0;
}
