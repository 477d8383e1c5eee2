/* Multicast groups: see inet_group.h. lwIP counts members by interface, this remembers who they are. */
#include "kernel/net/inet_group.h"

#include "kernel/lib/heap.h"
#include "kernel/net/inet_socket.h"
#include "lwip/igmp.h"
#include "lwip/ip.h"
#include "lwip/mld6.h"
#include "lwip/netif.h"

struct group {
	struct list list;
	ip_addr_t address;
	uint32_t interface;
};

static err_t group_change(struct netif *netif, const ip_addr_t *group, bool join)
{
	if (IP_IS_V4(group))
		return join ? igmp_joingroup_netif(netif, ip_2_ip4(group))
			    : igmp_leavegroup_netif(netif, ip_2_ip4(group));
	return join ? mld6_joingroup_netif(netif, ip_2_ip6(group)) : mld6_leavegroup_netif(netif, ip_2_ip6(group));
}

static struct group *group_find(struct inet_socket *sock, const ip_addr_t *address, uint32_t interface)
{
	list_for_each(at, &sock->groups)
	{
		struct group *group = list_entry(at, struct group, list);

		if (ip_addr_cmp(&group->address, address) && (!interface || group->interface == interface))
			return group;
	}
	return NULL;
}

static int join_locked(struct inet_socket *sock, const ip_addr_t *address, uint32_t interface)
{
	struct netif *netif = interface ? inet_interface(interface) : ip_route(IP_ADDR_ANY, address);
	struct group *group;

	if (!netif)
		return -ENODEV;
	if (group_find(sock, address, netif_get_index(netif)))
		return -EADDRINUSE;
	group = heap_new(struct group);
	if (!group || group_change(netif, address, true) != ERR_OK) {
		heap_free(group);
		return -ENOBUFS;
	}
	ip_addr_copy(group->address, *address);
	group->interface = netif_get_index(netif);
	list_append(&sock->groups, &group->list);
	return 0;
}

int inet_group_join(struct inet_socket *sock, const ip_addr_t *group, uint32_t interface)
{
	int error;

	if (!ip_addr_ismulticast(group))
		return -EINVAL;
	stack_enter();
	error = join_locked(sock, group, interface);
	stack_leave();
	return error;
}

static void group_end(struct group *group)
{
	struct netif *netif = netif_get_by_index((u8_t)group->interface);

	if (netif)
		group_change(netif, &group->address, false);
	list_remove(&group->list);
	heap_free(group);
}

int inet_group_leave(struct inet_socket *sock, const ip_addr_t *group, uint32_t interface)
{
	struct group *found;

	if (!ip_addr_ismulticast(group))
		return -EINVAL;
	stack_enter();
	found = group_find(sock, group, interface);
	if (found)
		group_end(found);
	stack_leave();
	return found ? 0 : -EADDRNOTAVAIL;
}

void inet_groups_leave(struct inet_socket *sock)
{
	list_for_each_safe(at, after, &sock->groups) group_end(list_entry(at, struct group, list));
}
