/* Options of IPv4 and IPv6. Rules: ip(7), ipv6(7), Linux's do_ip_setsockopt. */
#include <linux/capability.h>
#include <linux/icmpv6.h>

#include "kernel/lib/string.h"
#include "kernel/net/inet_field.h"
#include "kernel/net/inet_membership.h"
#include "kernel/net/inet_report.h"
#include "kernel/net/path_mtu.h"
#include "kernel/net/udp_lite.h"
#include "kernel/task/process.h"
#include "lwip/raw.h"
#include "lwip/udp.h"

#define SOL_RAW 255
#define ICMP_FILTER 1 /* <linux/icmp.h> brings the C library in */
#define TTL_DEFAULT 64
#define TOS_OF_IP 0xfc /* the two bits of congestion notification are not the application's for TCP */

static const struct inet_field fields4[] = {
	FIELD_NUMBER(IP_TOS, tos, 0, UINT8_MAX, 0),
	FIELD_NUMBER(IP_TTL, ttl, 1, UINT8_MAX, TTL_DEFAULT),
	FIELD_FLAG(IP_PKTINFO, wants, INET_WANTS_PKTINFO),
	FIELD_FLAG(IP_RECVTTL, wants, INET_WANTS_TTL),
	FIELD_FLAG(IP_RECVTOS, wants, INET_WANTS_TOS),
	FIELD_FLAG(IP_RECVORIGDSTADDR, wants, INET_WANTS_ORIGDSTADDR),
	FIELD_SWITCH(IP_RECVERR, wants_errors),
	FIELD_NUMBER(IP_MTU_DISCOVER, mtu_discover, IP_PMTUDISC_DONT, IP_PMTUDISC_OMIT, 0),
	FIELD_SWITCH(IP_FREEBIND, is_free_bind),
	FIELD_SWITCH(IP_HDRINCL, header_included),
	FIELD_SWITCH(IP_MULTICAST_LOOP, multicast_loop),
	FIELD_NUMBER(IP_MULTICAST_TTL, multicast_ttl, 0, UINT8_MAX, 0),
	FIELD_SWITCH(IP_BIND_ADDRESS_NO_PORT, no_port_at_bind),
	FIELD_NUMBER(IP_MULTICAST_ALL, all_groups, 0, 1, 0),
};

static const struct inet_field fields6[] = {
	FIELD_SWITCH(IPV6_V6ONLY, v6_only),
	FIELD_NUMBER(IPV6_UNICAST_HOPS, hops, -1, UINT8_MAX, 0),
	FIELD_NUMBER(IPV6_MULTICAST_HOPS, multicast_hops, -1, UINT8_MAX, 0),
	FIELD_SWITCH(IPV6_MULTICAST_LOOP, multicast_loop),
	FIELD_NUMBER(IPV6_TCLASS, traffic_class, -1, UINT8_MAX, 0),
	FIELD_FLAG(IPV6_RECVPKTINFO, wants, INET_WANTS_PKTINFO6),
	FIELD_FLAG(IPV6_RECVHOPLIMIT, wants, INET_WANTS_HOPLIMIT6),
	FIELD_FLAG(IPV6_RECVTCLASS, wants, INET_WANTS_TCLASS6),
	FIELD_SWITCH(IPV6_RECVERR, wants_errors6),
	FIELD_NUMBER(IPV6_MTU_DISCOVER, mtu_discover6, IPV6_PMTUDISC_DONT, IPV6_PMTUDISC_OMIT, 0),
	FIELD_SWITCH(IPV6_FREEBIND, is_free_bind),
	FIELD_NUMBER(IPV6_CHECKSUM, checksum_offset, -1, INT16_MAX, 0),
};

#define COUNT4 (sizeof(fields4) / sizeof(fields4[0]))
#define COUNT6 (sizeof(fields6) / sizeof(fields6[0]))

static bool is_stream(const struct inet_socket *sock)
{
	return sock->socket.type == SOCK_STREAM;
}

/* Both kinds of UDP have the options of both. */
static bool is_udp_level(const struct socket *socket, int level)
{
	return socket->ops == &udp_ops && (level == IPPROTO_UDP || level == IPPROTO_UDPLITE);
}

/* What lwIP has of them, and what else they change. The stack is entered. */
static void options_apply(struct inet_socket *sock, int name)
{
	uint8_t ttl = sock->ttl ? sock->ttl : TTL_DEFAULT;

	if ((name == IP_RECVERR && !sock->wants_errors) || (name == IPV6_RECVERR && !sock->wants_errors6))
		inet_reports_free(sock);
	if (sock->socket.domain == AF_INET6 && sock->hops > 0)
		ttl = (uint8_t)sock->hops;
	if (is_stream(sock)) {
		tcp_options_apply(sock);
	} else if (sock->socket.ops == &udp_ops) {
		sock->udp->ttl = ttl;
		sock->udp->tos = sock->socket.domain == AF_INET ? sock->tos : sock->traffic_class;
		udp_set_multicast_ttl(sock->udp, sock->socket.domain == AF_INET ? sock->multicast_ttl
						 : sock->multicast_hops < 0     ? 1
										: (u8_t)sock->multicast_hops);
		udp_set_multicast_netif_index(sock->udp, (u8_t)sock->multicast_interface);
		if (sock->multicast_loop)
			udp_set_flags(sock->udp, UDP_FLAGS_MULTICAST_LOOP);
		else
			udp_clear_flags(sock->udp, UDP_FLAGS_MULTICAST_LOOP);
	} else {
		sock->raw->ttl = ttl;
		sock->raw->tos = sock->tos;
	}
}

/* --- setting ------------------------------------------------------------------------------------------------------ */

/* What Linux asks before it takes a value. */
static int allowed4(const struct inet_socket *sock, int name)
{
	switch (name) {
	case IP_HDRINCL:
		return sock->socket.type == SOCK_RAW ? 0 : -ENOPROTOOPT;
	case IP_MULTICAST_TTL:
		return is_stream(sock) ? -EINVAL : 0;
	case IP_TRANSPARENT:
		return process_capable(CAP_NET_ADMIN) || process_capable(CAP_NET_RAW) ? -ENOPROTOOPT : -EPERM;
	}
	return 0;
}

static int set4(struct inet_socket *sock, int name, user_t value, unsigned bytes)
{
	uint32_t number = 0;
	uint8_t byte;
	int error = allowed4(sock, name);

	if (error)
		return error;
	if (name == IP_ADD_MEMBERSHIP || name == IP_DROP_MEMBERSHIP || name == IP_MULTICAST_IF)
		return inet_membership4_set(sock, name, value, bytes);
	if (bytes >= sizeof(number)) {
		if (get_user_u32(&number, value))
			return -EFAULT;
	} else if (bytes) {
		if (copy_from_user(&byte, value, 1))
			return -EFAULT;
		number = byte;
	}
	if (name == IP_TTL && (int)number == -1)
		number = TTL_DEFAULT;
	if (name == IP_MULTICAST_TTL && (int)number == -1)
		number = 1;
	if (name == IP_TOS)
		number &= is_stream(sock) ? TOS_OF_IP : UINT8_MAX;
	stack_enter();
	error = inet_field_set(sock, fields4, COUNT4, name, (int)number);
	if (!error)
		options_apply(sock, name);
	stack_leave();
	return error;
}

static int set6(struct inet_socket *sock, int name, user_t value, unsigned bytes)
{
	uint32_t number;
	int error;

	if (name == IPV6_ADD_MEMBERSHIP || name == IPV6_DROP_MEMBERSHIP || name == IPV6_MULTICAST_IF)
		return inet_membership6_set(sock, name, value, bytes);
	if (bytes < sizeof(number))
		return -EINVAL;
	if (get_user_u32(&number, value))
		return -EFAULT;
	if (name == IPV6_V6ONLY && (sock->has_port || inet_state(sock) != INET_CLOSED))
		return -EINVAL;
	if (name == IPV6_CHECKSUM && sock->socket.type != SOCK_RAW)
		return -ENOPROTOOPT;
	if (name == IPV6_TCLASS && (int)number == -1)
		number = 0;
	stack_enter();
	error = inet_field_set(sock, fields6, COUNT6, name, (int)number);
	if (!error && name == IPV6_V6ONLY) {
		inet_any(sock, &sock->local.ip);
		inet_any(sock, &sock->remote.ip);
	}
	if (!error)
		options_apply(sock, name);
	stack_leave();
	return error;
}

static int filter_set(void *filter, size_t filter_bytes, user_t value, unsigned bytes)
{
	return copy_from_user(filter, value, bytes < filter_bytes ? bytes : filter_bytes);
}

int inet_option_set(struct socket *socket, int level, int name, user_t value, unsigned bytes)
{
	struct inet_socket *sock = inet_of(socket);

	if (level == IPPROTO_IP)
		return set4(sock, name, value, bytes);
	if (level == IPPROTO_IPV6 && socket->domain == AF_INET6)
		return set6(sock, name, value, bytes);
	if (level == IPPROTO_TCP && is_stream(sock))
		return tcp_option_set(sock, name, value, bytes);
	if (is_udp_level(socket, level))
		return udp_option_set(sock, name, value, bytes);
	if (level == SOL_RAW && name == ICMP_FILTER && socket->protocol == IPPROTO_ICMP)
		return filter_set(&sock->icmp_filter, sizeof(sock->icmp_filter), value, bytes);
	if (level == IPPROTO_ICMPV6 && name == ICMPV6_FILTER && socket->protocol == IPPROTO_ICMPV6)
		return filter_set(sock->icmp6_filter, sizeof(sock->icmp6_filter), value, bytes);
	return -ENOPROTOOPT;
}

/* --- getting ------------------------------------------------------------------------------------------------------ */

static int mtu_get(struct inet_socket *sock, int *value)
{
	int mtu;

	stack_enter();
	mtu = inet_state(sock) == INET_CONNECTED ? (int)path_mtu(&sock->local.ip, &sock->remote.ip) : 0;
	stack_leave();
	*value = mtu;
	return mtu ? 0 : -ENOTCONN;
}

static int get4(struct inet_socket *sock, int name, user_t value, unsigned *bytes)
{
	uint32_t none = 0;
	uint8_t byte;
	int number, error;

	if (name == IP_MULTICAST_IF)
		return socket_option_put(value, bytes, &none, sizeof(none));
	if (name == IP_HDRINCL && sock->socket.type != SOCK_RAW)
		return -ENOPROTOOPT;
	if (name == IP_OPTIONS) {
		*bytes = 0;
		return 0;
	}
	if (name == IP_MTU)
		error = mtu_get(sock, &number);
	else
		error = inet_field_get(sock, fields4, COUNT4, name, &number);
	if (error)
		return error;
	/* Who has room for less than an int gets a byte, if it fits one. */
	if (*bytes > 0 && *bytes < sizeof(number) && number >= 0 && number <= (int)UINT8_MAX) {
		byte = (uint8_t)number;
		return socket_option_put(value, bytes, &byte, sizeof(byte));
	}
	return socket_option_put(value, bytes, &number, sizeof(number));
}

static int get6(struct inet_socket *sock, int name, user_t value, unsigned *bytes)
{
	int number, error;

	switch (name) {
	case IPV6_MTU:
		error = mtu_get(sock, &number);
		break;
	case IPV6_MULTICAST_IF:
		number = (int)sock->multicast_interface;
		error = 0;
		break;
	default:
		error = inet_field_get(sock, fields6, COUNT6, name, &number);
	}
	if (error)
		return error;
	if (name == IPV6_UNICAST_HOPS && number < 0)
		number = TTL_DEFAULT;
	if (name == IPV6_MULTICAST_HOPS && number < 0)
		number = 1;
	return socket_option_put(value, bytes, &number, sizeof(number));
}

int inet_option_get(struct socket *socket, int level, int name, user_t value, unsigned *bytes)
{
	struct inet_socket *sock = inet_of(socket);

	if (level == IPPROTO_IP)
		return get4(sock, name, value, bytes);
	if (level == IPPROTO_IPV6 && socket->domain == AF_INET6)
		return get6(sock, name, value, bytes);
	if (level == IPPROTO_TCP && is_stream(sock))
		return tcp_option_get(sock, name, value, bytes);
	if (is_udp_level(socket, level))
		return udp_option_get(sock, name, value, bytes);
	if (level == SOL_RAW && name == ICMP_FILTER && socket->protocol == IPPROTO_ICMP)
		return socket_option_put(value, bytes, &sock->icmp_filter, sizeof(sock->icmp_filter));
	if (level == IPPROTO_ICMPV6 && name == ICMPV6_FILTER && socket->protocol == IPPROTO_ICMPV6)
		return socket_option_put(value, bytes, sock->icmp6_filter, sizeof(sock->icmp6_filter));
	/* As Linux: of its own protocols it says so, of others that it does not do them. */
	return level == (int)socket->protocol ? -ENOPROTOOPT : -EOPNOTSUPP;
}
