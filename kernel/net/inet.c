/* Internet sockets of all types: making them, their names, errors. See inet_socket.h. */
#include "kernel/net/inet.h"

#include <linux/capability.h>

#include "kernel/lib/heap.h"
#include "kernel/net/inet_error.h"
#include "kernel/net/inet_socket.h"
#include "kernel/task/process.h"
#include "lwip/err.h"

#define SEND_BYTES_TCP 16384     /* the middle of /proc/sys/net/ipv4/tcp_wmem */
#define RECEIVE_BYTES_TCP 131072 /* and of tcp_rmem */
#define HOPS_DEFAULT (-1)

struct inet_socket *inet_new(const struct socket_ops *ops, int domain, int type, uint32_t protocol)
{
	struct inet_socket *sock = heap_new(struct inet_socket);

	if (!sock)
		return NULL;
	socket_init(&sock->socket, ops, domain, type);
	sock->socket.protocol = protocol;
	if (type == SOCK_STREAM) {
		sock->socket.send_buffer_bytes = SEND_BYTES_TCP;
		sock->socket.receive_buffer_bytes = RECEIVE_BYTES_TCP;
	}
	sock->references = 1;
	sock->multicast_ttl = 1;
	sock->multicast_loop = true;
	sock->all_groups = true;
	sock->hops = HOPS_DEFAULT;
	sock->multicast_hops = HOPS_DEFAULT;
	sock->mtu_discover = IP_PMTUDISC_WANT;
	sock->mtu_discover6 = IPV6_PMTUDISC_WANT;
	sock->checksum_offset = -1;
	list_init(&sock->told);
	list_init(&sock->in_port);
	list_init(&sock->pending);
	list_init(&sock->datagrams);
	list_init(&sock->groups);
	list_init(&sock->reports);
	inet_any(sock, &sock->local.ip);
	inet_any(sock, &sock->remote.ip);
	return sock;
}

void inet_put(struct inet_socket *sock)
{
	if (__atomic_sub_fetch(&sock->references, 1, __ATOMIC_ACQ_REL))
		return;
	socket_end(&sock->socket);
	heap_free(sock);
}

/* --- making ------------------------------------------------------------------------------------------------------- */

static bool is_icmp(int domain, int protocol)
{
	return protocol == (domain == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
}

/* The operations for what socket(2) asks for: 0, -ESOCKTNOSUPPORT, -EPROTONOSUPPORT, -EPERM. Fills in *protocol. */
static int kind_find(int domain, int type, int *protocol, const struct socket_ops **ops)
{
	static const int usual[] = {[SOCK_STREAM] = IPPROTO_TCP, [SOCK_DGRAM] = IPPROTO_UDP};

	switch (type) {
	case SOCK_STREAM:
	case SOCK_DGRAM:
		if (type == SOCK_DGRAM && is_icmp(domain, *protocol)) {
			*ops = &raw_ops;
			return 0;
		}
		if (!*protocol)
			*protocol = usual[type];
		if (*protocol != usual[type] && (type != SOCK_DGRAM || *protocol != IPPROTO_UDPLITE))
			return -EPROTONOSUPPORT;
		*ops = type == SOCK_STREAM ? &tcp_ops : &udp_ops;
		return 0;
	case SOCK_RAW:
		if (!*protocol)
			return -EPROTONOSUPPORT;
		*ops = &raw_ops;
		return process_capable(CAP_NET_RAW) ? 0 : -EPERM;
	default:
		return -ESOCKTNOSUPPORT;
	}
}

static int create(int domain, int type, int protocol, struct socket **out)
{
	const struct socket_ops *ops;
	struct inet_socket *sock;
	int error;

	if (protocol < 0 || protocol >= IPPROTO_MAX)
		return -EINVAL;
	error = kind_find(domain, type, &protocol, &ops);
	if (!error)
		error = inet_errors_need();
	if (error)
		return error;
	sock = inet_new(ops, domain, type, (uint32_t)protocol);
	if (!sock)
		return -ENOMEM;
	sock->uid = process_current()->credentials.euid;
	if (ops == &udp_ops)
		error = udp_socket_make(sock);
	else if (ops == &raw_ops)
		error = raw_socket_make(sock);
	if (error)
		inet_put(sock);
	else
		*out = &sock->socket;
	return error;
}

int inet4_create(int type, int protocol, struct socket **out)
{
	return create(AF_INET, type, protocol, out);
}

int inet6_create(int type, int protocol, struct socket **out)
{
	return create(AF_INET6, type, protocol, out);
}

/* --- what all types share ----------------------------------------------------------------------------------------- */

void inet_error_set(struct inet_socket *sock, int error)
{
	__atomic_store_n(&sock->socket.error, error, __ATOMIC_RELEASE);
}

bool inet_is_listening(const struct socket *socket)
{
	return inet_state(container_of(socket, struct inet_socket, socket)) == INET_LISTENING;
}

int inet_name_get(struct socket *socket, bool of_peer, struct socket_address *out)
{
	struct inet_socket *sock = inet_of(socket);
	struct inet_name name;
	bool exists;

	stack_enter();
	exists = !of_peer || inet_state(sock) == INET_CONNECTED;
	name = of_peer ? sock->remote : sock->local;
	stack_leave();
	if (!exists)
		return -ENOTCONN;
	inet_name_encode(sock, &name, out);
	return 0;
}

int inet_errno(int lwip_error)
{
	switch (lwip_error) {
	case ERR_OK:
		return 0;
	case ERR_MEM:
	case ERR_BUF:
		return -ENOBUFS;
	case ERR_RTE:
		return -ENETUNREACH;
	case ERR_USE:
		return -EADDRNOTAVAIL;
	case ERR_IF:
		return -ENETDOWN;
	default:
		return -EINVAL;
	}
}
