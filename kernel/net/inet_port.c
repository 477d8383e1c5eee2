/* Who has which port: bind(2), and ports chosen for sockets without one. Rules: Linux's inet_csk_get_port. */
#include <linux/capability.h>

#include "kernel/lib/random.h"
#include "kernel/net/inet_socket.h"
#include "kernel/net/udp.h"
#include "kernel/task/process.h"
#include "lwip/priv/tcp_priv.h"

#define BUCKET_COUNT 1024u
#define PORT_FREE_FIRST 1024u /* /proc/sys/net/ipv4/ip_unprivileged_port_start */
/* /proc/sys/net/ipv4/ip_local_port_range */
#define PORT_CHOICE_FIRST 32768u
#define PORT_CHOICE_LAST 60999u
#define PORT_CHOICE_COUNT (PORT_CHOICE_LAST - PORT_CHOICE_FIRST + 1)

/* Each protocol has ports of its own. */
enum { TABLE_UDP, TABLE_UDP_LITE, TABLE_TCP, TABLE_COUNT };
/* Of struct inet_socket, by port. Guarded by the stack's lock. */
static struct list buckets[TABLE_COUNT][BUCKET_COUNT];

static struct list *bucket_find(int protocol, uint16_t port)
{
	int table = protocol == IPPROTO_TCP ? TABLE_TCP : protocol == IPPROTO_UDPLITE ? TABLE_UDP_LITE : TABLE_UDP;
	struct list *bucket = &buckets[table][port % BUCKET_COUNT];

	if (!bucket->next)
		list_init(bucket);
	return bucket;
}

static struct list *bucket_of(const struct inet_socket *sock, uint16_t port)
{
	return bucket_find((int)sock->socket.protocol, port);
}

static void port_enter(struct inet_socket *sock, uint16_t port)
{
	sock->local.port = port;
	sock->has_port = true;
	list_append(bucket_of(sock, port), &sock->in_port);
}

void inet_port_join(struct inet_socket *sock)
{
	port_enter(sock, sock->local.port);
}

void inet_port_leave(struct inet_socket *sock)
{
	list_remove(&sock->in_port);
	sock->has_port = false;
	sock->is_bound = false;
	sock->local.port = 0;
}

/* --- conflicts ---------------------------------------------------------------------------------------------------- */

/* Whether something could be meant for both. */
static bool addresses_overlap(const ip_addr_t *one, const ip_addr_t *other)
{
	if (IP_IS_ANY_TYPE_VAL(*one) || IP_IS_ANY_TYPE_VAL(*other)) {
		if (ip_addr_isany(one) && ip_addr_isany(other))
			return true;
		return ip_addr_isany(one) ? IP_IS_ANY_TYPE_VAL(*one) || !IP_IS_V4(other)
					  : IP_IS_ANY_TYPE_VAL(*other) || !IP_IS_V4(one);
	}
	if (IP_IS_V4(one) != IP_IS_V4(other))
		return false;
	return ip_addr_isany(one) || ip_addr_isany(other) || ip_addr_cmp(one, other);
}

static bool may_share(const struct inet_socket *sock, const struct inet_socket *other)
{
	if (socket_has(&sock->socket, SOCKET_REUSEADDR) && socket_has(&other->socket, SOCKET_REUSEADDR) &&
	    inet_state(other) != INET_LISTENING)
		return true;
	return socket_has(&sock->socket, SOCKET_REUSEPORT) && socket_has(&other->socket, SOCKET_REUSEPORT) &&
	       sock->uid == other->uid;
}

/* Connections without a socket any more keep their port for a while. */
static bool is_remembered(const struct inet_socket *sock, const struct tcp_pcb *list, const ip_addr_t *ip,
			  uint16_t port)
{
	for (const struct tcp_pcb *pcb = list; pcb; pcb = pcb->next) {
		if (pcb->local_port == port && !pcb->callback_arg && addresses_overlap(ip, &pcb->local_ip) &&
		    !(ip_get_option(pcb, SOF_REUSEADDR) && socket_has(&sock->socket, SOCKET_REUSEADDR)))
			return true;
	}
	return false;
}

static bool is_taken(const struct inet_socket *sock, const ip_addr_t *ip, uint16_t port)
{
	const struct list *bucket = bucket_of(sock, port);

	list_for_each(at, bucket)
	{
		const struct inet_socket *other = list_entry(at, struct inet_socket, in_port);

		if (other != sock && other->local.port == port && addresses_overlap(ip, &other->local.ip) &&
		    !may_share(sock, other))
			return true;
	}
	return sock->socket.type == SOCK_STREAM &&
	       (is_remembered(sock, tcp_tw_pcbs, ip, port) || is_remembered(sock, tcp_active_pcbs, ip, port));
}

int inet_port_listen(struct inet_socket *sock)
{
	return is_taken(sock, &sock->local.ip, sock->local.port) ? -EADDRINUSE : 0;
}

/* --- choosing ----------------------------------------------------------------------------------------------------- */

/* A port may serve several connections, as long as nobody asked for it by name, and the other ends differ. */
static bool is_usable(const struct inet_socket *sock, uint16_t port, const struct inet_name *remote)
{
	const struct list *bucket = bucket_of(sock, port);

	if (!remote)
		return !is_taken(sock, &sock->local.ip, port);
	list_for_each(at, bucket)
	{
		const struct inet_socket *other = list_entry(at, struct inet_socket, in_port);

		if (other->local.port == port && (other->is_bound || inet_state(other) == INET_LISTENING))
			return false;
	}
	/* The other end may be in this stack, too, and remember a connection that this one has forgotten. */
	return !tcp_hash_find(&sock->local.ip, port, &remote->ip, remote->port) &&
	       !tcp_hash_find(&remote->ip, remote->port, &sock->local.ip, port);
}

int inet_port_choose(struct inet_socket *sock, const struct inet_name *remote)
{
	uint32_t start = (uint32_t)(random_word() % PORT_CHOICE_COUNT);

	for (uint32_t i = 0; i < PORT_CHOICE_COUNT; i++) {
		uint16_t port = (uint16_t)(PORT_CHOICE_FIRST + (start + i) % PORT_CHOICE_COUNT);

		if (is_usable(sock, port, remote)) {
			port_enter(sock, port);
			return 0;
		}
	}
	return remote ? -EADDRNOTAVAIL : -EADDRINUSE;
}

struct inet_socket *inet_port_find(int protocol, const struct inet_name *local, const struct inet_name *remote)
{
	struct list *bucket = bucket_find(protocol, local->port);
	struct inet_socket *unconnected = NULL;

	list_for_each(at, bucket)
	{
		struct inet_socket *sock = list_entry(at, struct inet_socket, in_port);

		if (sock->local.port != local->port)
			continue;
		if (sock->remote.port == remote->port && ip_addr_cmp(&sock->local.ip, &local->ip) &&
		    ip_addr_cmp(&sock->remote.ip, &remote->ip))
			return sock;
		if (inet_state(sock) == INET_CLOSED && addresses_overlap(&sock->local.ip, &local->ip))
			unconnected = sock;
	}
	return unconnected;
}

static void socket_end_with(struct inet_socket *sock, int error)
{
	struct tcp_pcb *pcb = sock->tcp;
	bool connection = sock->socket.type == SOCK_STREAM && inet_state(sock) != INET_LISTENING;

	if (ip_addr_isloopback(&sock->local.ip) || (connection && !pcb))
		return;
	if (connection) {
		tcp_detach(sock);
		tcp_abort(pcb);
		tcp_end(sock, error);
	} else {
		inet_error_set(sock, error);
		stack_tell(sock, EPOLLIN | EPOLLERR);
	}
}

void inet_ports_end(int error)
{
	for (unsigned i = 0; i < TABLE_COUNT * BUCKET_COUNT; i++) {
		struct list *bucket = &buckets[i / BUCKET_COUNT][i % BUCKET_COUNT];

		if (!bucket->next)
			continue;
		list_for_each_safe(at, after, bucket)
			socket_end_with(list_entry(at, struct inet_socket, in_port), error);
	}
}

/* --- bind --------------------------------------------------------------------------------------------------------- */

/* bind's own rules for addresses: Linux takes 0.0.0.0 without a family. */
static int bind_decode(const struct inet_socket *sock, const struct socket_address *address, struct inet_name *out)
{
	struct socket_address copy = *address;
	int error = inet_name_decode(sock, address, out);

	if (error != -EAFNOSUPPORT || sock->socket.domain != AF_INET || address->family != AF_UNSPEC)
		return error;
	copy.family = AF_INET;
	error = inet_name_decode(sock, &copy, out);
	return !error && ip_addr_isany(&out->ip) ? 0 : -EAFNOSUPPORT;
}

static bool is_bindable(const struct inet_socket *sock, const ip_addr_t *ip)
{
	if (ip_addr_isany(ip) || sock->is_free_bind || sock->is_transparent || inet_is_local(ip))
		return true;
	return ip_addr_ismulticast(ip) || inet_is_broadcast(ip);
}

static int bind_locked(struct inet_socket *sock, const struct inet_name *name)
{
	int error = 0;

	if (!is_bindable(sock, &name->ip))
		return -EADDRNOTAVAIL;
	if (sock->has_port || sock->is_address_bound || inet_state(sock) != INET_CLOSED)
		return -EINVAL;
	if (name->port && is_taken(sock, &name->ip, name->port))
		return -EADDRINUSE;
	sock->local.ip = name->ip;
	if (name->port)
		port_enter(sock, name->port);
	else
		error = inet_port_choose(sock, NULL);
	if (error) {
		inet_any(sock, &sock->local.ip);
		return error;
	}
	sock->is_bound = true;
	sock->keeps_port = name->port != 0;
	sock->is_address_bound = !ip_addr_isany(&name->ip);
	if (sock->socket.ops == &udp_ops)
		udp_bound(sock);
	return 0;
}

int inet_bind(struct socket *socket, const struct socket_address *address)
{
	struct inet_socket *sock = inet_of(socket);
	struct inet_name name;
	int error = bind_decode(sock, address, &name);

	if (error)
		return error;
	if (sock->v6_only && IP_IS_V4(&name.ip) && socket->domain == AF_INET6)
		return -EINVAL;
	if (name.port && name.port < PORT_FREE_FIRST && !process_capable(CAP_NET_BIND_SERVICE))
		return -EACCES;
	stack_enter();
	error = bind_locked(sock, &name);
	stack_leave();
	return error;
}
