/* Raw sockets, and the datagram sockets of ICMP that ping uses without privileges. Rules: raw(7), icmp(7), ipv6(7). */
#include "lwip/raw.h"
#include "kernel/lib/random.h"
#include "kernel/net/inet_datagram.h"
#include "kernel/net/inet_group.h"
#include "kernel/vfs/io.h"
#include "lwip/inet_chksum.h"
#include "lwip/ip.h"
#include "lwip/netif.h"
#include "lwip/prot/icmp.h"
#include "lwip/prot/icmp6.h"

/* Datagram sockets: what the application reads and writes is the ICMP message, whose identifier is the socket's. */
static bool is_ping(const struct inet_socket *sock)
{
	return sock->socket.type == SOCK_DGRAM;
}

static bool is_filtered(const struct inet_socket *sock, uint8_t type)
{
	if (sock->socket.domain == AF_INET6)
		return sock->socket.protocol == IPPROTO_ICMPV6 && sock->icmp6_filter[type >> 5] & 1u << (type & 31);
	return sock->socket.protocol == IPPROTO_ICMP && type < 32 && sock->icmp_filter & 1u << type;
}

/* Whether the message behind `skip` bytes is for the socket. */
static bool is_wanted(const struct inet_socket *sock, const struct pbuf *p, uint16_t skip)
{
	struct icmp_echo_hdr header;

	if (pbuf_copy_partial(p, &header, sizeof(header), skip) < sizeof(header))
		return !is_ping(sock);
	if (!is_ping(sock))
		return !is_filtered(sock, header.type);
	return header.type == (sock->socket.domain == AF_INET ? ICMP_ER : ICMP6_TYPE_EREP) &&
	       header.id == __builtin_bswap16(sock->local.port);
}

/* Everyone gets a copy, lwIP's own code the packet. */
static uint8_t arrived(void *arg, struct raw_pcb *pcb, struct pbuf *p, const ip_addr_t *from)
{
	struct inet_socket *sock = arg;
	uint16_t header_bytes = ip_current_header_tot_len();
	struct pbuf *copy;

	(void)pcb;
	if (!is_wanted(sock, p, header_bytes))
		return 0;
	copy = pbuf_clone(PBUF_RAW, PBUF_RAM, p);
	if (!copy)
		return 0;
	/* IPv4's header is shown to raw sockets. */
	if (is_ping(sock) || sock->socket.domain == AF_INET6)
		pbuf_remove_header(copy, header_bytes);
	datagram_arrive(sock, copy, from, 0);
	return 0;
}

int raw_socket_make(struct inet_socket *sock)
{
	bool v6 = sock->socket.domain == AF_INET6;
	struct raw_pcb *pcb;

	stack_enter();
	ip_addr_set_zero(&sock->local.ip);
	IP_SET_TYPE(&sock->local.ip, v6 ? IPADDR_TYPE_V6 : IPADDR_TYPE_V4);
	sock->v6_only = v6;
	pcb = raw_new_ip_type(IP_GET_TYPE(&sock->local.ip), (u8_t)sock->socket.protocol);
	if (pcb) {
		ip_set_option(pcb, SOF_BROADCAST);
		raw_recv(pcb, arrived, sock);
		if (sock->socket.protocol == IPPROTO_RAW)
			sock->header_included = true;
		sock->raw = pcb;
	}
	stack_leave();
	return pcb ? 0 : -ENOMEM;
}

static void raw_release(struct socket *socket)
{
	struct inet_socket *sock = inet_of(socket);

	stack_enter();
	socket->file = NULL;
	inet_groups_leave(sock);
	raw_remove(sock->raw);
	sock->raw = NULL;
	datagrams_free(sock);
	stack_leave();
	inet_put(sock);
}

static int raw_socket_bind(struct socket *socket, const struct socket_address *address)
{
	struct inet_socket *sock = inet_of(socket);
	struct inet_name name;
	int error = inet_name_decode(sock, address, &name);

	if (error)
		return error;
	stack_enter();
	if (!ip_addr_isany(&name.ip) && !inet_is_local(&name.ip) && !sock->is_free_bind)
		error = -EADDRNOTAVAIL;
	if (!error) {
		sock->local = name;
		raw_bind(sock->raw, &name.ip);
	}
	stack_leave();
	return error;
}

static int raw_socket_connect(struct socket *socket, const struct socket_address *address, bool wait)
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
	if (address->family == AF_UNSPEC) {
		raw_disconnect(sock->raw);
		inet_state_set(sock, INET_CLOSED);
	} else {
		inet_any_is_loopback(&to.ip);
		error = inet_source(&sock->local.ip, &to.ip, &sock->local.ip);
		if (!error) {
			raw_connect(sock->raw, &to.ip);
			sock->remote = to;
			inet_state_set(sock, INET_CONNECTED);
		}
	}
	stack_leave();
	return error;
}

/* --- sending ------------------------------------------------------------------------------------------------------ */

/* An echo request of a ping socket: its identifier and, for IPv4, the checksum are ours. */
static int ping_fill(struct inet_socket *sock, struct pbuf *p)
{
	struct icmp_echo_hdr *header = p->payload;
	bool v6 = sock->socket.domain == AF_INET6;

	if (p->len < sizeof(*header))
		return -EINVAL;
	if (header->type != (v6 ? ICMP6_TYPE_EREQ : ICMP_ECHO) || header->code)
		return -EINVAL;
	if (!sock->local.port)
		sock->local.port = (uint16_t)(random_word() | 1);
	header->id = __builtin_bswap16(sock->local.port);
	header->chksum = 0;
	if (!v6)
		header->chksum = inet_chksum(p->payload, p->len);
	return 0;
}

static int send_locked(struct inet_socket *sock, struct pbuf *p, struct inet_name *to,
		       const struct inet_ancillary *ancillary)
{
	struct raw_pcb *pcb = sock->raw;
	uint8_t ttl = pcb->ttl, tos = pcb->tos;
	ip_addr_t source;
	struct netif *netif;
	int error = is_ping(sock) ? ping_fill(sock, p) : 0;

	inet_any_is_loopback(&to->ip);
	if (!error)
		error = inet_source(ip_addr_isany(&ancillary->source) ? &sock->local.ip : &ancillary->source, &to->ip,
				    &source);
	if (error)
		return error;
	netif = ancillary->interface ? inet_interface(ancillary->interface) : ip_route(&source, &to->ip);
	if (!netif)
		return ancillary->interface ? -ENODEV : -ENETUNREACH;
	if (ancillary->ttl > 0)
		pcb->ttl = (u8_t)ancillary->ttl;
	if (ancillary->tos >= 0)
		pcb->tos = (u8_t)ancillary->tos;
	raw_clear_flags(pcb, RAW_FLAGS_HDRINCL);
	if (sock->header_included)
		raw_set_flags(pcb, RAW_FLAGS_HDRINCL);
	error = inet_errno(raw_sendto_if_src(pcb, p, &to->ip, netif, &source));
	pcb->ttl = ttl;
	pcb->tos = tos;
	return error;
}

static long raw_socket_send(struct socket *socket, struct socket_message *message)
{
	struct inet_socket *sock = inet_of(socket);
	struct inet_ancillary ancillary;
	struct inet_name to = sock->remote;
	size_t bytes = message->io->left;
	int error = inet_state(sock) == INET_CONNECTED ? 0 : -EDESTADDRREQ;

	if (bytes > UINT16_MAX - 60)
		return -EMSGSIZE;
	if (message->flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (message->to && message->to->bytes)
		error = inet_name_decode(sock, message->to, &to);
	if (!error)
		error = inet_control_get(sock, message, &ancillary);
	return error ? error : datagram_send(sock, message, &to, &ancillary, send_locked);
}

const struct socket_ops raw_ops = {
	.bind = raw_socket_bind,
	.connect = raw_socket_connect,
	.name = inet_name_get,
	.send = raw_socket_send,
	.receive = datagram_receive,
	.shutdown = datagram_shutdown,
	.poll = datagram_poll,
	.ioctl = datagram_ioctl,
	.option_set = inet_option_set,
	.option_get = inet_option_get,
	.is_listening = inet_is_listening,
	.release = raw_release,
};
