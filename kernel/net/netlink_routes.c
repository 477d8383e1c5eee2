/* Routes over netlink: see netlink_route.h. */
#include <linux/errno.h>
#include <linux/icmpv6.h>
#include <linux/in_route.h>
#include <linux/rtnetlink.h>

#include "kernel/lib/string.h"
#include "kernel/net/netlink_route.h"
#include "kernel/net/socket.h"
#include "kernel/net/view.h"

/* What Linux gives to routes of IPv6 that nobody gave one. */
#define METRIC6_KERNEL 256
#define METRIC6_DEFAULT 1024
#define LOOPBACK_FIRST 127

static size_t address_bytes(unsigned family)
{
	return family == AF_INET ? 4 : 16;
}

/* `asked`: the one address that was asked for, or NULL for the route as it is. */
static void route_put(struct netlink_reply *reply, const struct net_route *route, const uint8_t *asked)
{
	size_t bytes = address_bytes(route->family);
	const struct rtmsg body = {
		.rtm_family = (uint8_t)route->family,
		.rtm_dst_len = asked ? (uint8_t)(8 * bytes) : route->prefix,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = route->protocol,
		.rtm_scope = route->scope,
		.rtm_type = RTN_UNICAST,
		.rtm_flags = asked ? RTM_F_CLONED : 0,
	};

	netlink_begin(reply, RTM_NEWROUTE, &body, sizeof(body));
	netlink_put_u32(reply, RTA_TABLE, RT_TABLE_MAIN);
	if (asked || route->prefix)
		netlink_put(reply, RTA_DST, asked ? asked : route->destination, bytes);
	if (route->family == AF_INET6)
		netlink_put_u32(reply, RTA_PRIORITY, route->has_gateway ? METRIC6_DEFAULT : METRIC6_KERNEL);
	if (route->has_source)
		netlink_put(reply, RTA_PREFSRC, route->source, bytes);
	if (route->has_gateway)
		netlink_put(reply, RTA_GATEWAY, route->gateway, bytes);
	netlink_put_u32(reply, RTA_OIF, route->interface);
	netlink_end(reply);
}

static const struct rta_cacheinfo local_cache = {.rta_clntref = 2};

/* The way to an address of the guest's own, with all that Linux puts, in its order. */
static void local4_put(struct netlink_reply *reply, const uint8_t *asked)
{
	static const uint8_t loopback[] = {LOOPBACK_FIRST, 0, 0, 1};
	const struct rtmsg body = {
		.rtm_family = AF_INET,
		.rtm_dst_len = 32,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_type = RTN_LOCAL,
		.rtm_flags = RTM_F_CLONED | RTCF_LOCAL,
	};

	netlink_begin(reply, RTM_NEWROUTE, &body, sizeof(body));
	netlink_put_u32(reply, RTA_TABLE, RT_TABLE_MAIN);
	netlink_put(reply, RTA_DST, asked, 4);
	netlink_put_u32(reply, RTA_OIF, NET_INTERFACE_LOOPBACK);
	/* Who is called by any of the loopback's addresses answers from the first. */
	netlink_put(reply, RTA_PREFSRC, asked[0] == LOOPBACK_FIRST ? loopback : asked, 4);
	netlink_put_u32(reply, RTA_UID, reply->uid);
	netlink_put(reply, RTA_CACHEINFO, &local_cache, sizeof(local_cache));
	netlink_end(reply);
}

static void local6_put(struct netlink_reply *reply, uint32_t interface, const uint8_t *asked)
{
	static const uint8_t unspecified[16];
	const struct rtmsg body = {
		.rtm_family = AF_INET6,
		.rtm_dst_len = 128,
		.rtm_src_len = 128,
		.rtm_table = RT_TABLE_LOCAL,
		.rtm_protocol = RTPROT_KERNEL,
		.rtm_type = RTN_LOCAL,
	};

	netlink_begin(reply, RTM_NEWROUTE, &body, sizeof(body));
	netlink_put_u32(reply, RTA_TABLE, RT_TABLE_LOCAL);
	netlink_put(reply, RTA_DST, asked, 16);
	netlink_put(reply, RTA_SRC, unspecified, 16);
	netlink_put(reply, RTA_PREFSRC, asked, 16);
	netlink_put_u32(reply, RTA_PRIORITY, 0);
	netlink_put_u32(reply, RTA_OIF, interface);
	netlink_put(reply, RTA_CACHEINFO, &local_cache, sizeof(local_cache));
	netlink_put_u8(reply, RTA_PREF, ICMPV6_ROUTER_PREF_MEDIUM);
	netlink_end(reply);
}

/* The interface that has the address, or 0. All of 127.0.0.0/8 is the loopback's. */
static uint32_t local_interface(unsigned family, const uint8_t *address)
{
	struct net_address addresses[NET_INTERFACES_MAX * NET_ADDRESSES_MAX];
	size_t count = net_addresses_get(addresses, NET_INTERFACES_MAX * NET_ADDRESSES_MAX);

	if (family == AF_INET && address[0] == LOOPBACK_FIRST)
		return NET_INTERFACE_LOOPBACK;
	for (size_t i = 0; i < count; i++) {
		if (addresses[i].family == family && memcmp(addresses[i].bytes, address, address_bytes(family)) == 0)
			return addresses[i].interface;
	}
	return 0;
}

static bool route_covers(const struct net_route *route, const uint8_t *address)
{
	for (unsigned bit = 0; bit < route->prefix; bit++) {
		if ((route->destination[bit / 8] ^ address[bit / 8]) & 0x80 >> bit % 8)
			return false;
	}
	return true;
}

/* The way to one address: the longest prefix. */
static int route_get(const struct netlink_request *request, const struct rtmsg *body, const struct net_route *routes,
		     size_t count, struct netlink_reply *reply)
{
	const struct net_route *best = NULL;
	uint32_t interface;
	size_t length = 0;
	const uint8_t *address = netlink_attribute(request, sizeof(*body), RTA_DST, &length);

	if (body->rtm_family != AF_INET && body->rtm_family != AF_INET6)
		return -EOPNOTSUPP;
	if (!address || length < address_bytes(body->rtm_family))
		return -EINVAL;
	interface = local_interface(body->rtm_family, address);
	if (interface && body->rtm_family == AF_INET)
		local4_put(reply, address);
	else if (interface)
		local6_put(reply, interface, address);
	if (interface)
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (routes[i].family == body->rtm_family && route_covers(&routes[i], address) &&
		    (!best || routes[i].prefix > best->prefix))
			best = &routes[i];
	}
	if (!best)
		return -ENETUNREACH;
	route_put(reply, best, address);
	return 0;
}

int netlink_routes_get(const struct netlink_request *request, bool dump, struct netlink_reply *reply)
{
	static const uint16_t families[] = {AF_INET, AF_INET6};
	struct net_route routes[NET_ROUTES_MAX];
	size_t count = net_routes_get(routes, NET_ROUTES_MAX);
	struct rtmsg body;
	uint32_t table;

	netlink_body(request, &body, sizeof(body));
	if (!dump)
		return route_get(request, &body, routes, count, reply);
	table = body.rtm_table;
	netlink_attribute_u32(request, sizeof(body), RTA_TABLE, &table);
	/* There is one table. */
	if (table != RT_TABLE_UNSPEC && table != RT_TABLE_MAIN)
		return 0;
	for (size_t family = 0; family < 2; family++) {
		for (size_t i = 0; i < count; i++) {
			if (routes[i].family == families[family] &&
			    (!body.rtm_family || body.rtm_family == routes[i].family))
				route_put(reply, &routes[i], NULL);
		}
	}
	return 0;
}
