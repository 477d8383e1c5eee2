/* Internet addresses: between applications' sockaddr and lwIP's, and what is special about some. */
#include "kernel/lib/string.h"
#include "kernel/net/inet_socket.h"
#include "lwip/ip.h"
#include "lwip/netif.h"

/* What RFC 2133 had, without a scope: Linux still takes it. */
#define SOCKADDR_IN6_BYTES_MIN 24u

void inet_any(const struct inet_socket *sock, ip_addr_t *out)
{
	if (sock->socket.domain == AF_INET)
		ip_addr_set_zero_ip4(out);
	else
		ip_addr_set_zero_ip6(out);
	if (sock->socket.domain == AF_INET6 && !sock->v6_only)
		IP_SET_TYPE(out, IPADDR_TYPE_ANY);
}

int inet_name_decode4(const struct socket_address *address, struct inet_name *out)
{
	struct sockaddr_in in;

	if (address->bytes < sizeof(in))
		return -EINVAL;
	memcpy(&in, address->raw, sizeof(in));
	if (in.sin_family != AF_INET)
		return -EAFNOSUPPORT;
	ip_addr_set_ip4_u32_val(out->ip, in.sin_addr.s_addr);
	out->port = __builtin_bswap16(in.sin_port);
	return 0;
}

static void decode6(const struct inet_socket *sock, const struct sockaddr_in6 *in, struct inet_name *out)
{
	const uint32_t *words = in->sin6_addr.s6_addr32;

	out->port = __builtin_bswap16(in->sin6_port);
	if (!words[0] && !words[1] && words[2] == __builtin_bswap32(0xffff)) {
		ip_addr_set_ip4_u32_val(out->ip, words[3]);
		return;
	}
	if (!words[0] && !words[1] && !words[2] && !words[3]) {
		inet_any(sock, &out->ip);
		return;
	}
	IP_ADDR6(&out->ip, words[0], words[1], words[2], words[3]);
	if (ip6_addr_has_scope(ip_2_ip6(&out->ip), IP6_UNKNOWN))
		ip6_addr_set_zone(ip_2_ip6(&out->ip), (u8_t)in->sin6_scope_id);
}

int inet_name_decode(const struct inet_socket *sock, const struct socket_address *address, struct inet_name *out)
{
	struct sockaddr_in6 in = {0};

	if (sock->socket.domain == AF_INET)
		return inet_name_decode4(address, out);
	if (address->bytes < SOCKADDR_IN6_BYTES_MIN)
		return -EINVAL;
	memcpy(&in, address->raw, address->bytes < sizeof(in) ? address->bytes : sizeof(in));
	if (in.sin6_family != AF_INET6)
		return -EAFNOSUPPORT;
	decode6(sock, &in, out);
	return 0;
}

void inet_bytes_of(const ip_addr_t *ip, uint8_t bytes[16])
{
	uint32_t mapped = __builtin_bswap32(0xffff);

	memset(bytes, 0, 16);
	if (IP_IS_V4(ip)) {
		memcpy(bytes + 8, &mapped, sizeof(mapped));
		memcpy(bytes + 12, &ip_2_ip4(ip)->addr, 4);
	} else {
		memcpy(bytes, ip_2_ip6(ip)->addr, 16);
	}
}

static void encode4(const struct inet_name *name, struct socket_address *out)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = __builtin_bswap16(name->port),
		.sin_addr.s_addr = ip_addr_get_ip4_u32(&name->ip),
	};

	out->bytes = sizeof(in);
	memcpy(out->raw, &in, sizeof(in));
}

static void encode6(const struct inet_name *name, struct socket_address *out)
{
	struct sockaddr_in6 in = {.sin6_family = AF_INET6, .sin6_port = __builtin_bswap16(name->port)};

	inet_bytes_of(&name->ip, in.sin6_addr.s6_addr);
	if (!IP_IS_V4(&name->ip))
		in.sin6_scope_id = ip6_addr_zone(ip_2_ip6(&name->ip));
	out->bytes = sizeof(in);
	memcpy(out->raw, &in, sizeof(in));
}

void inet_name_encode(const struct inet_socket *sock, const struct inet_name *name, struct socket_address *out)
{
	if (sock->socket.domain == AF_INET)
		encode4(name, out);
	else
		encode6(name, out);
}

/* --- what is special ---------------------------------------------------------------------------------------------- */

static bool is_local4(const ip_addr_t *ip)
{
	struct netif *netif;

	if (ip4_addr_isloopback(ip_2_ip4(ip)))
		return true;
	NETIF_FOREACH(netif)
	{
		if (ip4_addr_cmp(ip_2_ip4(ip), netif_ip4_addr(netif)))
			return true;
	}
	return false;
}

bool inet_is_local(const ip_addr_t *ip)
{
	struct netif *netif;

	if (IP_IS_V4(ip))
		return is_local4(ip);
	NETIF_FOREACH(netif)
	{
		if (netif_get_ip6_addr_match(netif, ip_2_ip6(ip)) >= 0)
			return true;
	}
	return false;
}

bool inet_is_broadcast(const ip_addr_t *ip)
{
	struct netif *netif;

	if (!IP_IS_V4(ip))
		return false;
	if (ip_2_ip4(ip)->addr == IPADDR_BROADCAST)
		return true;
	NETIF_FOREACH(netif)
	{
		if (!ip4_addr_isany_val(*netif_ip4_addr(netif)) && !ip4_addr_isloopback(netif_ip4_addr(netif)) &&
		    ip4_addr_isbroadcast(ip_2_ip4(ip), netif))
			return true;
	}
	return false;
}

void inet_any_is_loopback(ip_addr_t *ip)
{
	if (!ip_addr_isany(ip))
		return;
	/* As in Linux :: is ::1 for a socket that could do IPv4, too. */
	if (IP_IS_V4(ip)) {
		ip_addr_set_loopback(false, ip);
	} else {
		IP_SET_TYPE(ip, IPADDR_TYPE_V6);
		ip_addr_set_loopback(true, ip);
	}
}

int inet_mtu(const ip_addr_t *local, const ip_addr_t *remote)
{
	const struct netif *netif = ip_route(local, remote);

	return netif ? netif->mtu : 0;
}

struct netif *inet_interface(uint32_t index)
{
	return index <= UINT8_MAX ? netif_get_by_index((u8_t)index) : NULL;
}

int inet_source(const ip_addr_t *local, const ip_addr_t *remote, ip_addr_t *out)
{
	const ip_addr_t *source;
	struct netif *netif = ip_route(local, remote);

	if (!netif)
		return device_is_gone() ? -ENETDOWN : -ENETUNREACH;
	if (!ip_addr_isany(local)) {
		ip_addr_copy(*out, *local);
		return 0;
	}
	source = ip_netif_get_local_ip(netif, remote);
	if (!source)
		return -ENETUNREACH;
	ip_addr_copy(*out, *source);
	return 0;
}
