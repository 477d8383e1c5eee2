/* Routes and neighbours, out of lwIP: see view.h. */
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "kernel/host/boot.h"
#include "kernel/lib/string.h"
#include "kernel/net/socket.h"
#include "kernel/net/stack.h"
#include "kernel/net/view.h"
#include "kernel/net/view_list.h"
#include "lwip/etharp.h"
#include "lwip/netif.h"
#include "lwip/priv/nd6_priv.h"

#define PREFIX6 64 /* of every network that lwIP knows */

static void route4_show(struct netif *netif, struct view_list *list)
{
	struct net_route network = {
		.interface = netif_get_index(netif),
		.family = AF_INET,
		.prefix = view_prefix(netif_ip4_netmask(netif)),
		.scope = RT_SCOPE_LINK,
		.protocol = RTPROT_KERNEL,
		.has_source = true,
	};
	struct net_route by_default = {
		.interface = netif_get_index(netif),
		.family = AF_INET,
		.protocol = kernel_boot()->net.flags & KERNEL_NET_DHCP ? RTPROT_DHCP : RTPROT_BOOT,
		.has_gateway = true,
	};
	uint32_t destination = netif_ip4_addr(netif)->addr & netif_ip4_netmask(netif)->addr;

	if (ip4_addr_isany(netif_ip4_addr(netif)))
		return;
	if (!ip4_addr_isany(netif_ip4_gw(netif))) {
		memcpy(by_default.gateway, &netif_ip4_gw(netif)->addr, 4);
		view_add(list, &by_default);
	}
	memcpy(network.destination, &destination, 4);
	memcpy(network.source, &netif_ip4_addr(netif)->addr, 4);
	view_add(list, &network);
}

/* Each network once: the addresses of one are next to each other, or few. */
static void route6_show(struct netif *netif, struct view_list *list)
{
	const struct net_route *routes = list->entries;

	for (int8_t i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++) {
		struct net_route network = {
			.interface = netif_get_index(netif),
			.family = AF_INET6,
			.prefix = PREFIX6,
			.protocol = RTPROT_KERNEL,
		};
		bool is_known = ip6_addr_isinvalid(netif_ip6_addr_state(netif, i));

		memcpy(network.destination, netif_ip6_addr(netif, i)->addr, PREFIX6 / 8);
		for (size_t k = 0; k < list->count && !is_known; k++)
			is_known = routes[k].family == AF_INET6 &&
				   memcmp(routes[k].destination, network.destination, PREFIX6 / 8) == 0;
		if (!is_known)
			view_add(list, &network);
	}
}

static void routers6_show(struct netif *netif, struct view_list *list)
{
	const struct kernel_net_address *given = &kernel_boot()->net.gateway6;
	struct net_route by_default = {
		.interface = netif_get_index(netif),
		.family = AF_INET6,
		.protocol = RTPROT_BOOT,
		.has_gateway = true,
	};

	if (given->family) {
		memcpy(by_default.gateway, given->bytes, sizeof(given->bytes));
		view_add(list, &by_default);
	}
	by_default.protocol = RTPROT_RA;
	for (size_t i = 0; i < LWIP_ND6_NUM_ROUTERS; i++) {
		if (!default_router_list[i].neighbor_entry || default_router_list[i].neighbor_entry->netif != netif)
			continue;
		memcpy(by_default.gateway, default_router_list[i].neighbor_entry->next_hop_address.addr, 16);
		view_add(list, &by_default);
	}
}

size_t net_routes_get(struct net_route *out, size_t max)
{
	struct view_list list = {.entries = out, .entry_bytes = sizeof(*out), .max = max};
	struct netif *netif;

	stack_enter();
	netif = netif_get_by_index(NET_INTERFACE_DEVICE);
	if (netif) {
		route4_show(netif, &list);
		route6_show(netif, &list);
		routers6_show(netif, &list);
	}
	stack_leave();
	return list.count;
}

static uint16_t state6(uint8_t state)
{
	switch (state) {
	case ND6_INCOMPLETE:
		return NUD_INCOMPLETE;
	case ND6_REACHABLE:
		return NUD_REACHABLE;
	case ND6_STALE:
		return NUD_STALE;
	case ND6_DELAY:
		return NUD_DELAY;
	default:
		return NUD_PROBE;
	}
}

size_t net_neighbours_get(struct net_neighbour *out, size_t max)
{
	struct view_list list = {.entries = out, .entry_bytes = sizeof(*out), .max = max};

	stack_enter();
	for (size_t i = 0; i < ARP_TABLE_SIZE; i++) {
		struct net_neighbour entry = {.family = AF_INET, .state = NUD_REACHABLE};
		struct netif *netif;
		struct eth_addr *mac;
		ip4_addr_t *ip;

		if (!etharp_get_entry(i, &ip, &netif, &mac))
			continue;
		entry.interface = netif_get_index(netif);
		memcpy(entry.bytes, &ip->addr, 4);
		memcpy(entry.mac, mac->addr, sizeof(entry.mac));
		view_add(&list, &entry);
	}
	for (size_t i = 0; i < LWIP_ND6_NUM_NEIGHBORS; i++) {
		const struct nd6_neighbor_cache_entry *cache = &neighbor_cache[i];
		struct net_neighbour entry = {.family = AF_INET6, .state = state6(cache->state)};

		if (cache->state == ND6_NO_ENTRY || !cache->netif)
			continue;
		entry.interface = netif_get_index(cache->netif);
		memcpy(entry.bytes, cache->next_hop_address.addr, 16);
		memcpy(entry.mac, cache->lladdr, sizeof(entry.mac));
		view_add(&list, &entry);
	}
	stack_leave();
	return list.count;
}
