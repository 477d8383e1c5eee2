/* Interfaces and what lies on them, out of lwIP: see view.h. */
#include "kernel/net/view.h"

#include <linux/errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "kernel/host/boot.h"
#include "kernel/lib/string.h"
#include "kernel/net/socket.h"
#include "kernel/net/stack.h"
#include "kernel/net/view_list.h"
#include "lwip/netif.h"

#define MTU_LOOPBACK 65536
#define PREFIX6 64 /* of every network that lwIP knows */

static bool is_loopback(const struct netif *netif)
{
	return netif_get_index((struct netif *)(uintptr_t)netif) == NET_INTERFACE_LOOPBACK;
}

static struct net_counters device_counters(void)
{
	const struct kernel_statistics *all = (const struct kernel_statistics *)(uintptr_t)kernel_boot()->statistics;
	const struct kernel_net_statistics *net = &all->net;

	return (struct net_counters){
		.receive_packets = net->receive_packets,
		.receive_bytes = net->receive_bytes,
		.receive_errors = net->receive_errors,
		.receive_drops = net->receive_drops,
		.transmit_packets = net->transmit_packets,
		.transmit_bytes = net->transmit_bytes,
		.transmit_errors = net->transmit_errors,
		.transmit_drops = net->transmit_drops,
	};
}

/* What goes out comes in. */
static struct net_counters loopback_counters(const struct netif *netif)
{
	const struct stats_mib2_netif_ctrs *counters = &netif->mib2_counters;

	return (struct net_counters){
		.receive_packets = counters->ifoutucastpkts,
		.receive_bytes = counters->ifoutoctets,
		.transmit_packets = counters->ifoutucastpkts,
		.transmit_bytes = counters->ifoutoctets,
		.transmit_drops = counters->ifoutdiscards,
	};
}

static void interface_show(struct netif *netif, struct net_interface *out)
{
	bool is_lo = is_loopback(netif);
	bool is_running = netif_is_up(netif) && netif_is_link_up(netif);

	*out = (struct net_interface){
		.index = netif_get_index(netif),
		.flags = is_lo ? IFF_LOOPBACK : IFF_BROADCAST | IFF_MULTICAST,
		.mtu = is_lo ? MTU_LOOPBACK : kernel_boot()->net.mtu,
		.counters = is_lo ? loopback_counters(netif) : device_counters(),
	};
	if (netif_is_up(netif))
		out->flags |= IFF_UP;
	if (is_running)
		out->flags |= IFF_RUNNING | IFF_LOWER_UP;
	memcpy(out->name, is_lo ? "lo" : "eth0", is_lo ? sizeof("lo") : sizeof("eth0"));
	memcpy(out->mac, netif->hwaddr, is_lo ? 0 : sizeof(out->mac));
}

int net_interface_get(uint32_t index, struct net_interface *out)
{
	struct netif *netif = NULL;

	stack_enter();
	if (index <= NET_INTERFACES_MAX)
		netif = netif_get_by_index((uint8_t)index);
	if (netif)
		interface_show(netif, out);
	stack_leave();
	return netif ? 0 : -ENODEV;
}

static void address4_show(struct netif *netif, struct view_list *list)
{
	struct net_address address = {
		.interface = netif_get_index(netif),
		.family = AF_INET,
		.prefix = view_prefix(netif_ip4_netmask(netif)),
		.flags = IFA_F_PERMANENT,
		.scope = is_loopback(netif) ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE,
		.valid_seconds = UINT32_MAX,
		.preferred_seconds = UINT32_MAX,
	};

	if (ip4_addr_isany(netif_ip4_addr(netif)))
		return;
	memcpy(address.bytes, &netif_ip4_addr(netif)->addr, 4);
	view_add(list, &address);
}

static uint32_t lifetime(uint32_t seconds)
{
	return seconds == IP6_ADDR_LIFE_STATIC ? UINT32_MAX : seconds;
}

static void address6_show(struct netif *netif, int8_t i, struct view_list *list)
{
	const ip6_addr_t *ip = netif_ip6_addr(netif, i);
	struct net_address address = {
		.interface = netif_get_index(netif),
		.family = AF_INET6,
		.prefix = ip6_addr_isloopback(ip) ? 128 : PREFIX6,
		.scope = ip6_addr_isloopback(ip)    ? RT_SCOPE_HOST
			 : ip6_addr_islinklocal(ip) ? RT_SCOPE_LINK
						    : RT_SCOPE_UNIVERSE,
		.valid_seconds = lifetime(netif_ip6_addr_valid_life(netif, i)),
		.preferred_seconds = lifetime(netif_ip6_addr_pref_life(netif, i)),
	};

	if (ip6_addr_isinvalid(netif_ip6_addr_state(netif, i)))
		return;
	if (address.valid_seconds == UINT32_MAX)
		address.flags = IFA_F_PERMANENT;
	if (ip6_addr_istentative(netif_ip6_addr_state(netif, i)))
		address.flags |= IFA_F_TENTATIVE;
	memcpy(address.bytes, ip->addr, 16);
	view_add(list, &address);
}

size_t net_addresses_get(struct net_address *out, size_t max)
{
	struct view_list list = {.entries = out, .entry_bytes = sizeof(*out), .max = max};

	stack_enter();
	for (uint8_t index = 1; index <= NET_INTERFACES_MAX; index++) {
		struct netif *netif = netif_get_by_index(index);

		if (!netif)
			continue;
		address4_show(netif, &list);
		for (int8_t i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++)
			address6_show(netif, i, &list);
	}
	stack_leave();
	return list.count;
}
