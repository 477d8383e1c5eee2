/* Netlink addresses and options: bind, connect, getsockname, SOL_NETLINK. */
#include <linux/errno.h>

#include "kernel/net/netlink_socket.h"
#include "kernel/task/process.h"

#define SOL_NETLINK 270
#define GROUPS_MAX_KNOWN 32
/* Ports that are not processes' are counted downwards from here, as in Linux. */
#define PORT_FIRST 0xffffefffu

static struct {
	struct lock lock;
	struct list sockets;
	uint32_t last;
} ports = {.sockets = {&ports.sockets, &ports.sockets}};

void netlink_table_add(struct netlink_socket *sock)
{
	lock_acquire(&ports.lock);
	list_append(&ports.sockets, &sock->all);
	lock_release(&ports.lock);
}

void netlink_table_remove(struct netlink_socket *sock)
{
	lock_acquire(&ports.lock);
	list_remove(&sock->all);
	lock_release(&ports.lock);
}

/* The table's lock is held. */
static bool port_is_free(uint32_t port)
{
	list_for_each(at, &ports.sockets)
	{
		if (list_entry(at, struct netlink_socket, all)->port == port)
			return false;
	}
	return true;
}

void netlink_autobind(struct netlink_socket *sock)
{
	uint32_t port = (uint32_t)process_current()->pid;

	lock_acquire(&ports.lock);
	while (!sock->port && !port_is_free(port))
		port = PORT_FIRST - ports.last++ % (PORT_FIRST / 2);
	if (!sock->port)
		sock->port = port;
	lock_release(&ports.lock);
}

static int address_check(const struct socket_address *address, struct sockaddr_nl *out)
{
	if (address->bytes < sizeof(*out) || address->family != AF_NETLINK)
		return -EINVAL;
	*out = *(const struct sockaddr_nl *)(const void *)address->raw;
	return 0;
}

int netlink_bind(struct socket *socket, const struct socket_address *address)
{
	struct netlink_socket *sock = netlink_of(socket);
	struct sockaddr_nl name;
	int error = address_check(address, &name);

	if (error)
		return error;
	if (name.nl_pid) {
		lock_acquire(&ports.lock);
		if (sock->port)
			error = sock->port == name.nl_pid ? 0 : -EINVAL;
		else if (port_is_free(name.nl_pid))
			sock->port = name.nl_pid;
		else
			error = -EADDRINUSE;
		lock_release(&ports.lock);
	} else {
		netlink_autobind(sock);
	}
	if (!error)
		sock->groups = name.nl_groups;
	return error;
}

int netlink_connect(struct socket *socket, const struct socket_address *address, bool wait)
{
	struct netlink_socket *sock = netlink_of(socket);
	struct sockaddr_nl name;
	int error;

	(void)wait;
	if (address->bytes >= sizeof(address->family) && address->family == AF_UNSPEC) {
		sock->to_port = sock->to_groups = 0;
		return 0;
	}
	error = address_check(address, &name);
	if (error)
		return error;
	netlink_autobind(sock);
	sock->to_port = name.nl_pid;
	sock->to_groups = name.nl_groups;
	return 0;
}

int netlink_name(struct socket *socket, bool of_peer, struct socket_address *out)
{
	const struct netlink_socket *sock = netlink_of(socket);
	struct sockaddr_nl *name = (struct sockaddr_nl *)(void *)out->raw;

	*name = (struct sockaddr_nl){
		.nl_family = AF_NETLINK,
		.nl_pid = of_peer ? sock->to_port : sock->port,
		.nl_groups = of_peer ? sock->to_groups : sock->groups,
	};
	out->bytes = sizeof(*name);
	return 0;
}

static int membership_change(struct netlink_socket *sock, uint32_t group, bool add)
{
	if (group == 0 || group > GROUPS_MAX_KNOWN)
		return -EINVAL;
	if (add)
		sock->groups |= 1u << (group - 1);
	else
		sock->groups &= ~(1u << (group - 1));
	return 0;
}

/* Options that are remembered, and on or off. */
static bool is_flag(int name)
{
	switch (name) {
	case NETLINK_PKTINFO:
	case NETLINK_BROADCAST_ERROR:
	case NETLINK_NO_ENOBUFS:
	case NETLINK_CAP_ACK:
	case NETLINK_EXT_ACK:
	case NETLINK_GET_STRICT_CHK:
		return true;
	default:
		return false;
	}
}

int netlink_option_set(struct socket *socket, int level, int name, user_t value, unsigned bytes)
{
	struct netlink_socket *sock = netlink_of(socket);
	uint32_t number;

	if (level != SOL_NETLINK)
		return -ENOPROTOOPT;
	if (bytes < sizeof(number))
		return -EINVAL;
	if (get_user_u32(&number, value))
		return -EFAULT;
	if (name == NETLINK_ADD_MEMBERSHIP || name == NETLINK_DROP_MEMBERSHIP)
		return membership_change(sock, number, name == NETLINK_ADD_MEMBERSHIP);
	if (!is_flag(name))
		return -ENOPROTOOPT;
	if (number)
		sock->options |= 1u << name;
	else
		sock->options &= ~(1u << name);
	return 0;
}

int netlink_option_get(struct socket *socket, int level, int name, user_t value, unsigned *bytes)
{
	const struct netlink_socket *sock = netlink_of(socket);
	uint32_t number;

	if (level != SOL_NETLINK)
		return -ENOPROTOOPT;
	if (name == NETLINK_LIST_MEMBERSHIPS)
		return socket_option_put(value, bytes, &sock->groups, sizeof(sock->groups));
	if (!is_flag(name))
		return -ENOPROTOOPT;
	if (*bytes < sizeof(number))
		return -EINVAL;
	number = sock->options >> name & 1;
	return socket_option_put(value, bytes, &number, sizeof(number));
}
