/* The network device: see device.h. */
#include "kernel/net/device.h"

#include <linux/errno.h>

#include "kernel/host/boot.h"
#include "kernel/host/host.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/print.h"
#include "kernel/lib/string.h"
#include "kernel/net/inet_socket.h"
#include "kernel/net/lwip/hooks.h"
#include "kernel/net/socket.h"
#include "kernel/net/stack.h"
#include "kernel/task/poller.h"
#include "kernel/task/time.h"
#include "kernel/task/watch.h"
#include "lwip/dhcp.h"
#include "lwip/etharp.h"
#include "lwip/ethip6.h"
#include "lwip/igmp.h"
#include "lwip/mld6.h"
#include "lwip/priv/tcp_priv.h"

/* With IPv6's header and TCP's in front, still a packet. */
#define SEGMENT_BYTES_MAX 65000u
#define DHCP_WAIT_NS (10 * NS_PER_SECOND)

static struct device eth0;
static struct wait_queue address_changes;

/* --- the descriptor ----------------------------------------------------------------------------------------------- */

static short device_wanted(void)
{
	if (eth0.is_gone)
		return 0;
	return eth0.waits_to_send ? POLLIN | POLLOUT : POLLIN;
}

static void device_ready(short events)
{
	if (events & POLLOUT && eth0.waits_to_send) {
		stack_enter();
		eth0.waits_to_send = false;
		tcp_txnow();
		stack_leave();
	}
	if (events & ~POLLOUT)
		device_receive(&eth0);
}

static bool device_look(void)
{
	return eth0.is_busy && !eth0.is_gone && device_receive(&eth0);
}

void device_end(struct device *device)
{
	device->is_gone = true;
}

void device_settle(void)
{
	if (!eth0.is_gone || eth0.is_settled)
		return;
	eth0.is_settled = true;
	kernel_log("the network device is gone");
	netif_set_link_down(&eth0.netif);
	inet_ports_end(ENETDOWN);
}

bool device_is_gone(void)
{
	return eth0.is_gone;
}

/* --- addresses ---------------------------------------------------------------------------------------------------- */

static uint32_t address4(const struct kernel_net_address *from)
{
	uint32_t address = 0;

	if (from->family == AF_INET)
		memcpy(&address, from->bytes, sizeof(address));
	return address;
}

static void addresses4_set(struct netif *netif, const struct kernel_net *boot)
{
	uint32_t prefix = boot->ip4.prefix;
	ip4_addr_t address = {address4(&boot->ip4)}, gateway = {address4(&boot->gateway4)}, mask;

	mask.addr = prefix ? __builtin_bswap32(UINT32_MAX << (prefix < 32 ? 32 - prefix : 0)) : 0;
	netif_set_addr(netif, &address, &mask, &gateway);
}

static void address6_of(const struct kernel_net_address *from, ip6_addr_t *out)
{
	uint32_t words[4];

	memcpy(words, from->bytes, sizeof(words));
	IP6_ADDR(out, words[0], words[1], words[2], words[3]);
}

static void addresses6_set(struct netif *netif, const struct kernel_net *boot)
{
	ip6_addr_t address;
	s8_t index;

	netif_create_ip6_linklocal_address(netif, 1);
	netif_set_ip6_autoconfig_enabled(netif, (boot->flags & KERNEL_NET_SLAAC) != 0);
	if (boot->ip6.family != AF_INET6)
		return;
	address6_of(&boot->ip6, &address);
	if (netif_add_ip6_address(netif, &address, &index) == ERR_OK)
		netif_ip6_addr_set_state(netif, index, IP6_ADDR_PREFERRED);
}

const ip6_addr_t *device_gateway6(struct netif *netif)
{
	static ip6_addr_t gateway;

	if (netif != &eth0.netif || eth0.boot->gateway6.family != AF_INET6)
		return NULL;
	address6_of(&eth0.boot->gateway6, &gateway);
	ip6_addr_assign_zone(&gateway, IP6_UNICAST, netif);
	return &gateway;
}

/* --- the interface ------------------------------------------------------------------------------------------------ */

bool device_cuts(const struct netif *netif, uint8_t protocol)
{
	return netif == &eth0.netif && eth0.has_segments && protocol == IP_PROTO_TCP;
}

void device_cut_bytes(struct netif *netif, uint16_t bytes)
{
	if (netif == &eth0.netif && eth0.has_segments)
		eth0.segment_bytes = bytes;
}

void device_segments_use(struct tcp_pcb *pcb)
{
	const struct netif *netif = ip_route(&pcb->local_ip, &pcb->remote_ip);

	if (netif && device_cuts(netif, IP_PROTO_TCP) && !inet_is_local(&pcb->remote_ip))
		pcb->seg_max = SEGMENT_BYTES_MAX;
}

static err_t netif_begin(struct netif *netif)
{
	struct device *device = netif->state;
	uint16_t offloaded = device->has_frame_header ? NETIF_CHECKSUM_GEN_TCP : 0;

	netif->name[0] = 'e';
	netif->name[1] = 'n';
	netif->output = etharp_output;
	netif->output_ip6 = ethip6_output;
	netif->linkoutput = device_send;
	netif->mtu = (u16_t)device->boot->mtu;
	netif->hwaddr_len = sizeof(device->boot->mac);
	memcpy(netif->hwaddr, device->boot->mac, sizeof(device->boot->mac));
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_IGMP |
		       NETIF_FLAG_MLD6 | NETIF_FLAG_LINK_UP;
	NETIF_SET_CHECKSUM_CTRL(netif, NETIF_CHECKSUM_ENABLE_ALL & ~offloaded);
	return ERR_OK;
}

static const struct poller_source *source_make(int fd)
{
	static struct poller_source source = {.wanted = device_wanted, .ready = device_ready, .look = device_look};

	source.fd = fd;
	return &source;
}

static void address_changed(struct netif *netif)
{
	(void)netif;
	wait_queue_wake(&address_changes, 0);
}

int device_start(void)
{
	struct device *device = &eth0;

	device->boot = &kernel_boot()->net;
	device->has_frame_header = device->boot->flags & KERNEL_NET_VNET_HEADER;
	device->has_segments = device->boot->flags & KERNEL_NET_SEGMENTS;
	device->receive = heap_alloc(DEVICE_BUFFER_BYTES);
	device->transmit = heap_alloc(DEVICE_BUFFER_BYTES);
	if (!device->receive || !device->transmit)
		return -ENOMEM;
	netif_add(&device->netif, NULL, NULL, NULL, device, netif_begin, netif_input);
	netif_set_default(&device->netif);
	addresses4_set(&device->netif, device->boot);
	netif_set_up(&device->netif);
	addresses6_set(&device->netif, device->boot);
	wait_queue_init(&address_changes);
	netif_set_status_callback(&device->netif, address_changed);
	if (device->boot->flags & KERNEL_NET_DHCP && dhcp_start(&device->netif) != ERR_OK)
		return -ENOMEM;
	poller_register(source_make(device->boot->fd));
	watch_start();
	return 0;
}

/* --- DHCP --------------------------------------------------------------------------------------------------------- */

void dns_setserver(uint8_t number, const ip_addr_t *server)
{
	struct kernel_net_address *known = kernel_boot_net()->name_servers;

	if (number >= KERNEL_NET_NAME_SERVERS_MAX || !server || !IP_IS_V4(server))
		return;
	/* What was given on the command line stays. */
	if (known[number].family && !eth0.has_dhcp_servers)
		return;
	eth0.has_dhcp_servers = true;
	known[number] = (struct kernel_net_address){.family = AF_INET, .prefix = 32};
	memcpy(known[number].bytes, &ip_2_ip4(server)->addr, sizeof(uint32_t));
}

static bool has_address(void *data)
{
	bool has;

	(void)data;
	stack_enter();
	has = eth0.is_gone || dhcp_supplied_address(&eth0.netif);
	stack_leave();
	return has;
}

void device_await(void)
{
	uint64_t end_ns = deadline_after(DHCP_WAIT_NS);

	if (!eth0.boot || !(eth0.boot->flags & KERNEL_NET_DHCP))
		return;
	if (wait_until(&address_changes, has_address, NULL, end_ns))
		kernel_log("no address from DHCP in %u s: going on without one",
			   (unsigned)(DHCP_WAIT_NS / NS_PER_SECOND));
}
