/* Options about multicast: see inet_membership.h. */
#include "kernel/net/inet_membership.h"

#include "kernel/lib/string.h"
#include "kernel/net/inet_group.h"
#include "lwip/netif.h"
#include "lwip/udp.h"

/* struct ip_mreqn, or the shorter ip_mreq: 0, -EINVAL, -EFAULT. */
static int request4_get(struct ip_mreqn *out, user_t value, unsigned bytes)
{
	memset(out, 0, sizeof(*out));
	if (bytes < sizeof(struct ip_mreq))
		return -EINVAL;
	return copy_from_user(out, value, bytes < sizeof(*out) ? sizeof(struct ip_mreq) : sizeof(*out));
}

/* The interface's index: as asked, or by its address; 0: no wish; -ENODEV. The stack is entered. */
static int interface_find(const struct ip_mreqn *request)
{
	struct netif *netif;

	if (request->imr_ifindex)
		return request->imr_ifindex;
	if (!request->imr_address.s_addr)
		return 0;
	NETIF_FOREACH(netif)
	{
		if (netif_ip4_addr(netif)->addr == request->imr_address.s_addr)
			return netif_get_index(netif);
	}
	return -ENODEV;
}

static int interface_set(struct inet_socket *sock, uint32_t index)
{
	int error = 0;

	if (sock->socket.type == SOCK_STREAM)
		return -EINVAL;
	stack_enter();
	if (index && !inet_interface(index))
		error = -ENODEV;
	if (!error) {
		sock->multicast_interface = index;
		if (sock->socket.ops == &udp_ops)
			udp_set_multicast_netif_index(sock->udp, (u8_t)index);
	}
	stack_leave();
	return error;
}

int inet_membership4_set(struct inet_socket *sock, int name, user_t value, unsigned bytes)
{
	struct ip_mreqn request;
	ip_addr_t group;
	int interface, error;

	if (name == IP_MULTICAST_IF && bytes == sizeof(request.imr_address)) {
		memset(&request, 0, sizeof(request));
		error = copy_from_user(&request.imr_address, value, sizeof(request.imr_address));
	} else {
		error = request4_get(&request, value, bytes);
	}
	if (error)
		return error;
	if (sock->socket.type == SOCK_STREAM)
		return name == IP_MULTICAST_IF ? -EINVAL : -EPROTO;
	stack_enter();
	interface = interface_find(&request);
	stack_leave();
	if (interface < 0)
		return name == IP_MULTICAST_IF ? -EADDRNOTAVAIL : interface;
	if (name == IP_MULTICAST_IF)
		return interface_set(sock, (uint32_t)interface);
	ip_addr_set_ip4_u32_val(group, request.imr_multiaddr.s_addr);
	return name == IP_ADD_MEMBERSHIP ? inet_group_join(sock, &group, (uint32_t)interface)
					 : inet_group_leave(sock, &group, (uint32_t)interface);
}

int inet_membership6_set(struct inet_socket *sock, int name, user_t value, unsigned bytes)
{
	struct ipv6_mreq request;
	uint32_t index;
	ip_addr_t group;

	if (name == IPV6_MULTICAST_IF) {
		if (bytes < sizeof(index))
			return -EINVAL;
		return get_user_u32(&index, value) ? -EFAULT : interface_set(sock, index);
	}
	if (bytes < sizeof(request))
		return -EINVAL;
	if (copy_from_user(&request, value, sizeof(request)))
		return -EFAULT;
	if (sock->socket.type == SOCK_STREAM)
		return -EPROTO;
	IP_ADDR6(&group, request.ipv6mr_multiaddr.s6_addr32[0], request.ipv6mr_multiaddr.s6_addr32[1],
		 request.ipv6mr_multiaddr.s6_addr32[2], request.ipv6mr_multiaddr.s6_addr32[3]);
	return name == IPV6_ADD_MEMBERSHIP ? inet_group_join(sock, &group, (uint32_t)request.ipv6mr_ifindex)
					   : inet_group_leave(sock, &group, (uint32_t)request.ipv6mr_ifindex);
}
