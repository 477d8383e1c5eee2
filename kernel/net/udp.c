/* UDP sockets. Rules: udp(7), ip(7). */
#include "kernel/net/udp.h"

#include "kernel/net/inet_datagram.h"
#include "kernel/net/inet_group.h"
#include "kernel/net/inet_report.h"
#include "kernel/net/path_mtu.h"
#include "kernel/net/udp_lite.h"
#include "kernel/vfs/io.h"
#include "lwip/ip.h"
#include "lwip/netif.h"
#include "lwip/udp.h"

#define PAYLOAD_BYTES_MAX 65507u  /* what a packet of 65535 has room for */
#define PAYLOAD6_BYTES_MAX 65487u /* IPv6 with its header: lwIP's packets have 65535 bytes in all */
#define UDP4_HEADER_BYTES ((uint32_t)UDP_HLEN + IP_HLEN)
#define UDP6_HEADER_BYTES ((uint32_t)UDP_HLEN + IP6_HLEN)

static void arrived(void *arg, struct udp_pcb *pcb, struct pbuf *p, const ip_addr_t *from, u16_t port)
{
	struct inet_socket *sock = arg;

	(void)pcb;
	if (udp_lite_is_covered(sock)) {
		datagram_arrive(sock, p, from, port);
		return;
	}
	sock->drops++;
	pbuf_free(p);
}

int udp_socket_make(struct inet_socket *sock)
{
	struct udp_pcb *pcb;

	stack_enter();
	pcb = udp_new_ip_type(IP_GET_TYPE(&sock->local.ip));
	if (pcb) {
		/* Conflicts are net/inet_port.c's; lwIP is to deliver multicasts to everyone. */
		ip_set_option(pcb, SOF_REUSEADDR | SOF_BROADCAST);
		udp_recv(pcb, arrived, sock);
		sock->udp = pcb;
		udp_lite_begin(sock);
	}
	stack_leave();
	return pcb ? 0 : -ENOMEM;
}

void udp_bound(struct inet_socket *sock)
{
	udp_bind(sock->udp, &sock->local.ip, sock->local.port);
	/* With its type: of both families, or of one. */
	ip_addr_copy(sock->udp->local_ip, sock->local.ip);
}

static int port_have(struct inet_socket *sock)
{
	int error = sock->has_port ? 0 : inet_port_choose(sock, NULL);

	if (!error)
		udp_bound(sock);
	return error;
}

static void udp_release(struct socket *socket)
{
	struct inet_socket *sock = inet_of(socket);

	stack_enter();
	socket->file = NULL;
	inet_groups_leave(sock);
	udp_remove(sock->udp);
	sock->udp = NULL;
	datagrams_free(sock);
	inet_port_leave(sock);
	stack_leave();
	inet_put(sock);
}

/* --- connecting: a peer for send, and the only one to receive from ------------------------------------------------ */

static int disconnect(struct inet_socket *sock)
{
	udp_disconnect(sock->udp);
	inet_state_set(sock, INET_CLOSED);
	inet_any(sock, &sock->remote.ip);
	sock->remote.port = 0;
	if (!sock->is_address_bound)
		inet_any(sock, &sock->local.ip);
	if (!sock->keeps_port && sock->has_port)
		inet_port_leave(sock);
	udp_bound(sock);
	return 0;
}

static int connect_locked(struct inet_socket *sock, struct inet_name *to)
{
	ip_addr_t source;
	int error;

	inet_any_is_loopback(&to->ip);
	if (inet_is_broadcast(&to->ip) && !socket_has(&sock->socket, SOCKET_BROADCAST))
		return -EACCES;
	if (sock->v6_only && IP_IS_V4(&to->ip))
		return -ENETUNREACH;
	error = inet_source(&sock->local.ip, &to->ip, &source);
	if (error)
		return error;
	sock->local.ip = source;
	error = port_have(sock);
	if (error)
		return error;
	udp_connect(sock->udp, &to->ip, to->port);
	sock->remote = *to;
	inet_state_set(sock, INET_CONNECTED);
	return 0;
}

static int udp_socket_connect(struct socket *socket, const struct socket_address *address, bool wait)
{
	struct inet_socket *sock = inet_of(socket);
	struct inet_name to;
	int error = 0;

	(void)wait;
	if (address->bytes < sizeof(address->family))
		return -EINVAL;
	if (address->family != AF_UNSPEC)
		error = inet_name_decode(sock, address, &to);
	if (error)
		return error;
	stack_enter();
	error = address->family == AF_UNSPEC ? disconnect(sock) : connect_locked(sock, &to);
	stack_leave();
	return error;
}

/* --- sending ------------------------------------------------------------------------------------------------------ */

/* To whom. -EDESTADDRREQ, and what inet_name_decode says. */
static int destination(const struct inet_socket *sock, const struct socket_message *message, struct inet_name *to)
{
	struct socket_address other;
	int error;

	if (!message->to || !message->to->bytes) {
		*to = sock->remote;
		return inet_state(sock) == INET_CONNECTED ? 0 : -EDESTADDRREQ;
	}
	other = *message->to;
	/* Linux takes addresses without a family, and IPv4 ones for IPv6 sockets. */
	if (sock->socket.domain == AF_INET && other.family == AF_UNSPEC)
		other.family = AF_INET;
	if (sock->socket.domain == AF_INET6 && other.family == AF_INET && !sock->v6_only)
		error = inet_name_decode4(&other, to);
	else
		error = inet_name_decode(sock, &other, to);
	if (!error && !to->port)
		error = -EINVAL;
	return error;
}

/* Where a datagram leaves, and as whose: 0, -ENETUNREACH, -ENODEV. */
static int way_find(const struct inet_socket *sock, const ip_addr_t *to, const struct inet_ancillary *ancillary,
		    ip_addr_t *source, struct netif **netif)
{
	const ip_addr_t *local = ip_addr_isany(&ancillary->source) ? &sock->local.ip : &ancillary->source;
	uint32_t interface = ancillary->interface;

	if (!ip_addr_isany(&ancillary->source) && !sock->is_free_bind && !inet_is_local(&ancillary->source))
		return IP_IS_V4(&ancillary->source) ? -ENETUNREACH : -EINVAL;
	if (!interface && ip_addr_ismulticast(to))
		interface = sock->multicast_interface;
	if (!interface) {
		*netif = ip_route(local, to);
		return inet_source(local, to, source);
	}
	*netif = inet_interface(interface);
	if (!*netif)
		return -ENODEV;
	if (ip_addr_isany(local))
		local = ip_netif_get_local_ip(*netif, to);
	if (!local)
		return -ENETUNREACH;
	ip_addr_copy(*source, *local);
	return 0;
}

/* What does not fit is not to be cut: as IP_MTU_DISCOVER says. 0, -EMSGSIZE. The stack is entered. */
static int length_check(struct inet_socket *sock, struct pbuf *p, const struct inet_name *to, const ip_addr_t *source)
{
	bool v4 = IP_IS_V4(&to->ip);
	uint8_t discover = v4 ? sock->mtu_discover : sock->mtu_discover6;
	struct inet_report report = {.to = *to, .error = EMSGSIZE};
	uint32_t mtu;

	if (discover != IP_PMTUDISC_DO && discover != IP_PMTUDISC_PROBE)
		return 0;
	p->flags |= PBUF_FLAG_DONT_FRAGMENT;
	mtu = discover == IP_PMTUDISC_DO ? path_mtu(source, &to->ip) : (uint32_t)inet_mtu(source, &to->ip);
	if (!mtu || p->tot_len + (v4 ? UDP4_HEADER_BYTES : UDP6_HEADER_BYTES) <= mtu)
		return 0;
	report.mtu = mtu;
	if (inet_reports_wanted(sock, &to->ip))
		inet_report_add(sock, &report, NULL, 0);
	return -EMSGSIZE;
}

/* The stack is entered. */
static int send_locked(struct inet_socket *sock, struct pbuf *p, struct inet_name *to,
		       const struct inet_ancillary *ancillary)
{
	struct udp_pcb *pcb = sock->udp;
	uint8_t ttl = pcb->ttl, tos = pcb->tos;
	struct netif *netif;
	ip_addr_t source;
	int error;

	inet_any_is_loopback(&to->ip);
	if (inet_is_broadcast(&to->ip) && !socket_has(&sock->socket, SOCKET_BROADCAST))
		return -EACCES;
	if (sock->v6_only && IP_IS_V4(&to->ip))
		return -ENETUNREACH;
	error = way_find(sock, &to->ip, ancillary, &source, &netif);
	if (!error && !sock->has_port)
		error = port_have(sock);
	if (!error)
		error = length_check(sock, p, to, &source);
	if (error)
		return error;
	if (ancillary->ttl > 0)
		pcb->ttl = (u8_t)ancillary->ttl;
	if (ancillary->tos >= 0)
		pcb->tos = (u8_t)ancillary->tos;
	error = inet_errno(udp_sendto_if_src(pcb, p, &to->ip, to->port, netif, &source));
	pcb->ttl = ttl;
	pcb->tos = tos;
	return error;
}

static long udp_socket_send(struct socket *socket, struct socket_message *message)
{
	struct inet_socket *sock = inet_of(socket);
	struct inet_ancillary ancillary;
	struct inet_name to;
	size_t bytes = message->io->left;
	int error;

	if (message->flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (bytes > UINT16_MAX)
		return -EMSGSIZE;
	error = destination(sock, message, &to);
	if (!error)
		error = socket_error_take(socket);
	if (!error)
		error = inet_control_get(sock, message, &ancillary);
	if (!error && bytes > (IP_IS_V4(&to.ip) ? PAYLOAD_BYTES_MAX : PAYLOAD6_BYTES_MAX))
		error = -EMSGSIZE;
	return error ? error : datagram_send(sock, message, &to, &ancillary, send_locked);
}

const struct socket_ops udp_ops = {
	.bind = inet_bind,
	.connect = udp_socket_connect,
	.name = inet_name_get,
	.send = udp_socket_send,
	.receive = datagram_receive,
	.shutdown = datagram_shutdown,
	.poll = datagram_poll,
	.ioctl = datagram_ioctl,
	.option_set = inet_option_set,
	.option_get = inet_option_get,
	.is_listening = inet_is_listening,
	.release = udp_release,
};
