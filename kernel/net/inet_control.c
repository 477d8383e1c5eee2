/* Control messages of datagrams: where they came from and went to. Rules: ip(7), ipv6(7), socket(7). */
#include <asm/socket.h>
#include <linux/ipv6.h>
#include <linux/time_types.h>

#include "kernel/lib/string.h"
#include "kernel/net/control.h"
#include "kernel/net/inet_datagram.h"
#include "kernel/task/time.h"

#define NS_PER_US 1000

static void time_put(const struct inet_socket *sock, struct socket_message *message, uint64_t realtime_ns)
{
	struct __kernel_timespec time = timespec_from_ns(realtime_ns);

	if (socket_has(&sock->socket, SOCKET_TIMESTAMPNS)) {
		control_put(message, SOL_SOCKET, SO_TIMESTAMPNS_OLD, &time, sizeof(time));
	} else if (socket_has(&sock->socket, SOCKET_TIMESTAMP)) {
		time.tv_nsec /= NS_PER_US;
		control_put(message, SOL_SOCKET, SO_TIMESTAMP_OLD, &time, sizeof(time));
	}
}

static void put4(const struct inet_socket *sock, struct socket_message *message, const struct datagram *datagram)
{
	struct in_pktinfo info = {
		.ipi_ifindex = (int)datagram->interface,
		.ipi_spec_dst.s_addr = ip_addr_get_ip4_u32(&datagram->to),
		.ipi_addr.s_addr = ip_addr_get_ip4_u32(&datagram->to),
	};
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = __builtin_bswap16(sock->local.port),
		.sin_addr = info.ipi_addr,
	};
	int ttl = datagram->ttl;

	if (sock->wants & INET_WANTS_PKTINFO)
		control_put(message, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
	if (sock->wants & INET_WANTS_TTL)
		control_put(message, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl));
	if (sock->wants & INET_WANTS_TOS)
		control_put(message, IPPROTO_IP, IP_TOS, &datagram->tos, sizeof(datagram->tos));
	if (sock->wants & INET_WANTS_ORIGDSTADDR)
		control_put(message, IPPROTO_IP, IP_ORIGDSTADDR, &to, sizeof(to));
}

static void put6(const struct inet_socket *sock, struct socket_message *message, const struct datagram *datagram)
{
	struct in6_pktinfo info = {.ipi6_ifindex = (int)datagram->interface};
	int hops = datagram->ttl, class = datagram->tos;

	inet_bytes_of(&datagram->to, info.ipi6_addr.s6_addr);
	if (sock->wants & INET_WANTS_PKTINFO6)
		control_put(message, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
	if (sock->wants & INET_WANTS_HOPLIMIT6)
		control_put(message, IPPROTO_IPV6, IPV6_HOPLIMIT, &hops, sizeof(hops));
	if (sock->wants & INET_WANTS_TCLASS6)
		control_put(message, IPPROTO_IPV6, IPV6_TCLASS, &class, sizeof(class));
}

void inet_control_put(const struct inet_socket *sock, struct socket_message *message, const struct datagram *datagram)
{
	if (socket_has(&sock->socket, SOCKET_TIMESTAMP | SOCKET_TIMESTAMPNS))
		time_put(sock, message, datagram->realtime_ns);
	if (socket_has(&sock->socket, SOCKET_RXQ_OVFL) && sock->drops)
		control_put(message, SOL_SOCKET, SO_RXQ_OVFL, &sock->drops, sizeof(sock->drops));
	if (!sock->wants)
		return;
	if (IP_IS_V4(&datagram->to))
		put4(sock, message, datagram);
	if (sock->socket.domain == AF_INET6)
		put6(sock, message, datagram);
}

/* --- sending ------------------------------------------------------------------------------------------------------ */

/* An int of a control message: 0, -EINVAL. */
static int value_get(const struct control_header *header, const uint8_t *data, int *out)
{
	if (header->length != sizeof(*header) + sizeof(*out))
		return -EINVAL;
	memcpy(out, data, sizeof(*out));
	return *out >= -1 && *out <= (int)UINT8_MAX ? 0 : -EINVAL;
}

static int pktinfo_get(const struct control_header *header, const uint8_t *data, struct inet_ancillary *out)
{
	struct in_pktinfo info;

	if (header->length != sizeof(*header) + sizeof(info))
		return -EINVAL;
	memcpy(&info, data, sizeof(info));
	out->interface = (uint32_t)info.ipi_ifindex;
	ip_addr_set_ip4_u32_val(out->source, info.ipi_spec_dst.s_addr);
	return 0;
}

static int pktinfo6_get(const struct control_header *header, const uint8_t *data, struct inet_ancillary *out)
{
	struct in6_pktinfo info;

	if (header->length < sizeof(*header) + sizeof(info))
		return -EINVAL;
	memcpy(&info, data, sizeof(info));
	out->interface = (uint32_t)info.ipi6_ifindex;
	IP_ADDR6(&out->source, info.ipi6_addr.s6_addr32[0], info.ipi6_addr.s6_addr32[1], info.ipi6_addr.s6_addr32[2],
		 info.ipi6_addr.s6_addr32[3]);
	return 0;
}

static int one_get(const struct control_header *header, const uint8_t *data, struct inet_ancillary *out)
{
	if (header->level == IPPROTO_IP) {
		switch (header->type) {
		case IP_PKTINFO:
			return pktinfo_get(header, data, out);
		case IP_TTL:
			return value_get(header, data, &out->ttl);
		case IP_TOS:
			return value_get(header, data, &out->tos);
		}
		return -EINVAL;
	}
	switch (header->type) {
	case IPV6_PKTINFO:
		return pktinfo6_get(header, data, out);
	case IPV6_HOPLIMIT:
		return value_get(header, data, &out->ttl);
	case IPV6_TCLASS:
		return value_get(header, data, &out->tos);
	}
	return -EINVAL;
}

int inet_control_get(const struct inet_socket *sock, const struct socket_message *message, struct inet_ancillary *out)
{
	size_t at = 0;

	inet_any(sock, &out->source);
	out->interface = 0;
	out->ttl = -1;
	out->tos = -1;
	while (message->control_bytes >= at + sizeof(struct control_header)) {
		struct control_header header;
		int error = 0;

		memcpy(&header, message->control + at, sizeof(header));
		if (header.length < sizeof(header) || header.length > message->control_bytes - at)
			return -EINVAL;
		if (header.level == IPPROTO_IP || (header.level == IPPROTO_IPV6 && sock->socket.domain == AF_INET6))
			error = one_get(&header, message->control + at + sizeof(header), out);
		if (error)
			return error;
		at += CONTROL_ALIGN(header.length);
	}
	return 0;
}
