/* Interfaces, addresses and neighbours over netlink: see netlink_route.h. */
#include <linux/errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "kernel/lib/string.h"
#include "kernel/net/netlink_route.h"
#include "kernel/net/socket.h"
#include "kernel/net/view.h"

#define QUEUE_LENGTH 1000
/* RFC 2863, as <linux/if.h> has them */
#define OPERATION_UNKNOWN 0
#define OPERATION_DOWN 2
#define OPERATION_UP 6
#define LINK_MODE_DEFAULT 0

static const uint8_t broadcast_mac[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static void statistics_put(struct netlink_reply *reply, const struct net_counters *counters)
{
	const struct rtnl_link_stats64 all = {
		.rx_packets = counters->receive_packets,
		.tx_packets = counters->transmit_packets,
		.rx_bytes = counters->receive_bytes,
		.tx_bytes = counters->transmit_bytes,
		.rx_errors = counters->receive_errors,
		.tx_errors = counters->transmit_errors,
		.rx_dropped = counters->receive_drops,
		.tx_dropped = counters->transmit_drops,
	};
	const struct rtnl_link_stats low = {
		.rx_packets = (uint32_t)all.rx_packets,
		.tx_packets = (uint32_t)all.tx_packets,
		.rx_bytes = (uint32_t)all.rx_bytes,
		.tx_bytes = (uint32_t)all.tx_bytes,
		.rx_errors = (uint32_t)all.rx_errors,
		.tx_errors = (uint32_t)all.tx_errors,
		.rx_dropped = (uint32_t)all.rx_dropped,
		.tx_dropped = (uint32_t)all.tx_dropped,
	};

	netlink_put(reply, IFLA_STATS64, &all, sizeof(all));
	netlink_put(reply, IFLA_STATS, &low, sizeof(low));
}

static void link_put(struct netlink_reply *reply, const struct net_interface *interface)
{
	bool is_loopback = interface->flags & IFF_LOOPBACK;
	bool is_up = interface->flags & IFF_LOWER_UP;
	const struct ifinfomsg body = {
		.ifi_family = AF_UNSPEC,
		.ifi_type = is_loopback ? ARPHRD_LOOPBACK : ARPHRD_ETHER,
		.ifi_index = (int)interface->index,
		.ifi_flags = interface->flags,
	};

	netlink_begin(reply, RTM_NEWLINK, &body, sizeof(body));
	netlink_put_string(reply, IFLA_IFNAME, interface->name);
	netlink_put_u32(reply, IFLA_TXQLEN, QUEUE_LENGTH);
	netlink_put_u8(reply, IFLA_OPERSTATE, is_loopback ? OPERATION_UNKNOWN : is_up ? OPERATION_UP : OPERATION_DOWN);
	netlink_put_u8(reply, IFLA_LINKMODE, LINK_MODE_DEFAULT);
	netlink_put_u32(reply, IFLA_MTU, interface->mtu);
	netlink_put_u32(reply, IFLA_GROUP, 0);
	netlink_put_u32(reply, IFLA_PROMISCUITY, 0);
	netlink_put_u32(reply, IFLA_NUM_TX_QUEUES, 1);
	netlink_put_u32(reply, IFLA_NUM_RX_QUEUES, 1);
	netlink_put_u8(reply, IFLA_CARRIER, is_up || is_loopback);
	netlink_put_string(reply, IFLA_QDISC, "noqueue");
	netlink_put(reply, IFLA_ADDRESS, interface->mac, sizeof(interface->mac));
	netlink_put(reply, IFLA_BROADCAST, is_loopback ? interface->mac : broadcast_mac, sizeof(interface->mac));
	statistics_put(reply, &interface->counters);
	netlink_end(reply);
}

/* The interface that a request is about, by index or name. -ENODEV, -EINVAL */
static int link_find(const struct netlink_request *request, struct net_interface *out)
{
	struct ifinfomsg body;
	size_t length = 0;
	const uint8_t *name = netlink_attribute(request, sizeof(body), IFLA_IFNAME, &length);

	netlink_body(request, &body, sizeof(body));
	if (body.ifi_index > 0)
		return net_interface_get((uint32_t)body.ifi_index, out);
	if (!name)
		name = netlink_attribute(request, sizeof(body), IFLA_ALT_IFNAME, &length);
	if (!name || body.ifi_index < 0)
		return -EINVAL;
	for (uint32_t index = 1; index <= NET_INTERFACES_MAX; index++) {
		if (!net_interface_get(index, out) && length >= strlen(out->name) &&
		    memcmp(name, out->name, strlen(out->name)) == 0 &&
		    (length == strlen(out->name) || name[strlen(out->name)] == '\0'))
			return 0;
	}
	return -ENODEV;
}

int netlink_links_get(const struct netlink_request *request, bool dump, struct netlink_reply *reply)
{
	struct net_interface interface;
	int error;

	if (!dump) {
		error = link_find(request, &interface);
		if (!error)
			link_put(reply, &interface);
		return error;
	}
	for (uint32_t index = 1; index <= NET_INTERFACES_MAX; index++) {
		if (!net_interface_get(index, &interface))
			link_put(reply, &interface);
	}
	return 0;
}

static void broadcast_make(const struct net_address *address, uint8_t out[4])
{
	for (unsigned bit = 0; bit < 32; bit++) {
		uint8_t mask = (uint8_t)(0x80 >> bit % 8);

		if (bit % 8 == 0)
			out[bit / 8] = 0;
		out[bit / 8] |= bit < address->prefix ? address->bytes[bit / 8] & mask : mask;
	}
}

static void address_put(struct netlink_reply *reply, const struct net_address *address,
			const struct net_interface *interface)
{
	size_t bytes = address->family == AF_INET ? 4 : 16;
	const struct ifa_cacheinfo cache = {.ifa_prefered = address->preferred_seconds,
					    .ifa_valid = address->valid_seconds};
	const struct ifaddrmsg body = {
		.ifa_family = (uint8_t)address->family,
		.ifa_prefixlen = address->prefix,
		.ifa_flags = address->flags,
		.ifa_scope = address->scope,
		.ifa_index = address->interface,
	};
	uint8_t broadcast[4];

	netlink_begin(reply, RTM_NEWADDR, &body, sizeof(body));
	netlink_put(reply, IFA_ADDRESS, address->bytes, bytes);
	if (address->family == AF_INET) {
		netlink_put(reply, IFA_LOCAL, address->bytes, bytes);
		if (!(interface->flags & IFF_LOOPBACK) && address->prefix < 31) {
			broadcast_make(address, broadcast);
			netlink_put(reply, IFA_BROADCAST, broadcast, sizeof(broadcast));
		}
		netlink_put_string(reply, IFA_LABEL, interface->name);
	}
	netlink_put_u32(reply, IFA_FLAGS, address->flags);
	netlink_put(reply, IFA_CACHEINFO, &cache, sizeof(cache));
	netlink_end(reply);
}

int netlink_addresses_get(const struct netlink_request *request, bool dump, struct netlink_reply *reply)
{
	static const uint16_t families[] = {AF_INET, AF_INET6};
	struct net_address addresses[NET_INTERFACES_MAX * NET_ADDRESSES_MAX];
	size_t count = net_addresses_get(addresses, sizeof(addresses) / sizeof(addresses[0]));
	struct net_interface interface;
	struct ifaddrmsg body;

	/* One alone cannot be asked for in Linux's IPv4 either. */
	if (!dump)
		return -EOPNOTSUPP;
	netlink_body(request, &body, sizeof(body));
	for (size_t family = 0; family < 2; family++) {
		for (size_t i = 0; i < count; i++) {
			if (addresses[i].family != families[family] ||
			    (body.ifa_family && body.ifa_family != addresses[i].family) ||
			    (body.ifa_index && body.ifa_index != addresses[i].interface) ||
			    net_interface_get(addresses[i].interface, &interface))
				continue;
			address_put(reply, &addresses[i], &interface);
		}
	}
	return 0;
}

static void neighbour_put(struct netlink_reply *reply, const struct net_neighbour *neighbour)
{
	const struct ndmsg body = {
		.ndm_family = (uint8_t)neighbour->family,
		.ndm_ifindex = (int)neighbour->interface,
		.ndm_state = neighbour->state,
		.ndm_type = RTN_UNICAST,
	};

	netlink_begin(reply, RTM_NEWNEIGH, &body, sizeof(body));
	netlink_put(reply, NDA_DST, neighbour->bytes, neighbour->family == AF_INET ? 4 : 16);
	netlink_put(reply, NDA_LLADDR, neighbour->mac, sizeof(neighbour->mac));
	netlink_end(reply);
}

int netlink_neighbours_get(const struct netlink_request *request, bool dump, struct netlink_reply *reply)
{
	struct net_neighbour neighbours[NET_NEIGHBOURS_MAX];
	size_t count = net_neighbours_get(neighbours, NET_NEIGHBOURS_MAX);
	struct ndmsg body;

	if (!dump)
		return -EOPNOTSUPP;
	netlink_body(request, &body, sizeof(body));
	for (size_t i = 0; i < count; i++) {
		if (!body.ndm_family || body.ndm_family == neighbours[i].family)
			neighbour_put(reply, &neighbours[i]);
	}
	return 0;
}
