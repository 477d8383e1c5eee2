/* /proc/net: interfaces, routes, sums. Formats as net-tools and procps read them: proc(5). */
#include "kernel/fs/proc_net.h"

#include <linux/rtnetlink.h>

#include "kernel/lib/string.h"
#include "kernel/net/address_text.h"
#include "kernel/net/socket.h"
#include "kernel/net/unix.h"
#include "kernel/net/view.h"

#define ADDRESSES_MAX (NET_INTERFACES_MAX * NET_ADDRESSES_MAX)
#define ROUTE_UP 1u      /* RTF_UP */
#define ROUTE_GATEWAY 2u /* RTF_GATEWAY */
#define ARP_COMPLETE 2u  /* ATF_COM */
/* ipv6_addr_type's, of which the file has the scope */
#define SCOPE6_LOOPBACK 0x10u
#define SCOPE6_LINK 0x20u

void proc_net_hex(struct text *text, uint64_t number, unsigned digits)
{
	char out[16];

	for (unsigned i = 0; i < digits; i++)
		out[i] = "0123456789ABCDEF"[number >> 4 * (digits - 1 - i) & 15];
	text_add(text, out, digits);
}

void proc_net_address(struct text *text, const uint8_t *bytes, unsigned count)
{
	for (unsigned i = 0; i < count; i += 4) {
		uint32_t word;

		memcpy(&word, bytes + i, sizeof(word));
		proc_net_hex(text, word, 8);
	}
}

void proc_net_pad(struct text *text, size_t start, size_t width)
{
	while (!text->failed && text->length - start < width)
		text_add(text, " ", 1);
	text_add(text, "\n", 1);
}

static int show_dev(const struct pseudo_node *node, struct text *text)
{
	struct net_interface interface;

	(void)node;
	text_print(text, "Inter-|   Receive                                                |  Transmit\n"
			 " face |bytes    packets errs drop fifo frame compressed multicast|"
			 "bytes    packets errs drop fifo colls carrier compressed\n");
	for (uint32_t index = 1; index <= NET_INTERFACES_MAX; index++) {
		const struct net_counters *counters = &interface.counters;

		if (net_interface_get(index, &interface))
			continue;
		text_print(text, "%6s: %7lu %7lu %4lu %4lu %4u %5u %10u %9u %8lu %7lu %4lu %4lu %4u %5u %7u %10u\n",
			   interface.name, counters->receive_bytes, counters->receive_packets, counters->receive_errors,
			   counters->receive_drops, 0, 0, 0, 0, counters->transmit_bytes, counters->transmit_packets,
			   counters->transmit_errors, counters->transmit_drops, 0, 0, 0, 0);
	}
	return 0;
}

static const char *name_of(uint32_t index, struct net_interface *interface)
{
	return net_interface_get(index, interface) ? "*" : interface->name;
}

static void mask_make(unsigned prefix, uint8_t out[4])
{
	for (unsigned byte = 0; byte < 4; byte++) {
		unsigned bits = prefix > 8 * byte ? prefix - 8 * byte : 0;

		out[byte] = bits >= 8 ? 0xff : (uint8_t)(0xff00u >> bits);
	}
}

static int show_route(const struct pseudo_node *node, struct text *text)
{
	struct net_route routes[NET_ROUTES_MAX];
	size_t count = net_routes_get(routes, NET_ROUTES_MAX);
	struct net_interface interface;
	size_t start = text->length;

	(void)node;
	text_print(text, "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT");
	proc_net_pad(text, start, 127);
	for (size_t i = 0; i < count; i++) {
		unsigned flags = ROUTE_UP | (routes[i].has_gateway ? ROUTE_GATEWAY : 0);
		uint8_t mask[4];

		if (routes[i].family != AF_INET)
			continue;
		start = text->length;
		mask_make(routes[i].prefix, mask);
		text_print(text, "%s\t", name_of(routes[i].interface, &interface));
		proc_net_address(text, routes[i].destination, 4);
		text_add(text, "\t", 1);
		proc_net_address(text, routes[i].gateway, 4);
		text_print(text, "\t%04x\t0\t0\t0\t", flags);
		proc_net_address(text, mask, 4);
		text_print(text, "\t0\t0\t0");
		proc_net_pad(text, start, 127);
	}
	return 0;
}

static int show_if_inet6(const struct pseudo_node *node, struct text *text)
{
	struct net_address addresses[ADDRESSES_MAX];
	size_t count = net_addresses_get(addresses, ADDRESSES_MAX);
	struct net_interface interface;

	(void)node;
	for (size_t i = 0; i < count; i++) {
		unsigned scope = addresses[i].scope == RT_SCOPE_HOST   ? SCOPE6_LOOPBACK
				 : addresses[i].scope == RT_SCOPE_LINK ? SCOPE6_LINK
								       : 0;

		if (addresses[i].family != AF_INET6)
			continue;
		for (unsigned byte = 0; byte < 16; byte++)
			text_print(text, "%02x", addresses[i].bytes[byte]);
		text_print(text, " %02x %02x %02x %02x %8s\n", addresses[i].interface, addresses[i].prefix, scope,
			   addresses[i].flags, name_of(addresses[i].interface, &interface));
	}
	return 0;
}

static int show_arp(const struct pseudo_node *node, struct text *text)
{
	struct net_neighbour neighbours[NET_NEIGHBOURS_MAX];
	size_t count = net_neighbours_get(neighbours, NET_NEIGHBOURS_MAX);
	struct net_interface interface;
	char name[NET_ADDRESS_TEXT_BYTES];

	(void)node;
	text_print(text, "IP address       HW type     Flags       HW address            Mask     Device\n");
	for (size_t i = 0; i < count; i++) {
		const uint8_t *mac = neighbours[i].mac;

		if (neighbours[i].family != AF_INET)
			continue;
		text_print(text, "%-16s 0x%-10x0x%-10x%02x:%02x:%02x:%02x:%02x:%02x     *        %s\n",
			   net_address_text(AF_INET, neighbours[i].bytes, name), ARPHRD_ETHER, ARP_COMPLETE, mac[0],
			   mac[1], mac[2], mac[3], mac[4], mac[5], name_of(neighbours[i].interface, &interface));
	}
	return 0;
}

static int show_sockstat(const struct pseudo_node *node, struct text *text)
{
	struct net_totals totals;

	(void)node;
	net_totals_get(&totals);
	text_print(text, "sockets: used %u\nTCP: inuse %u orphan 0 tw %u alloc %u mem 0\n", totals.sockets,
		   totals.tcp_in_use, totals.tcp_time_wait, totals.tcp_allocated);
	text_print(text, "UDP: inuse %u mem 0\nUDPLITE: inuse %u\nRAW: inuse 0\nFRAG: inuse 0 memory 0\n",
		   totals.udp_in_use, totals.udp_lite_in_use);
	return 0;
}

static int show_sockstat6(const struct pseudo_node *node, struct text *text)
{
	struct net_totals totals;

	(void)node;
	net_totals_get(&totals);
	text_print(text, "TCP6: inuse %u\nUDP6: inuse %u\nUDPLITE6: inuse %u\nRAW6: inuse 0\nFRAG6: inuse 0 memory 0\n",
		   totals.tcp6_in_use, totals.udp6_in_use, totals.udp_lite6_in_use);
	return 0;
}

static int show_snmp(const struct pseudo_node *node, struct text *text)
{
	struct net_totals t;

	(void)node;
	net_totals_get(&t);
	text_print(text,
		   "Ip: Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos "
		   "InDiscards InDelivers OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs "
		   "ReasmFails FragOKs FragFails FragCreates\n"
		   "Ip: 2 64 %lu %lu %lu 0 0 %lu %lu %lu 0 %lu 0 %lu %lu %lu %lu %lu %lu\n",
		   t.ip_receives, t.ip_header_errors, t.ip_address_errors, t.ip_discards, t.ip_delivers, t.ip_requests,
		   t.ip_no_routes, t.reassembly_requests, t.reassembly_oks, t.reassembly_fails, t.fragment_oks,
		   t.fragment_fails, t.fragment_creates);
	text_print(text, "Icmp: InMsgs InErrors OutMsgs OutErrors\nIcmp: %lu %lu %lu %lu\n", t.icmp_in,
		   t.icmp_in_errors, t.icmp_out, t.icmp_out_errors);
	text_print(
		text,
		"Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab "
		"InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors\n"
		"Tcp: 1 200 120000 -1 %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu 0\n",
		t.tcp_active_opens, t.tcp_passive_opens, t.tcp_attempt_fails, t.tcp_established_resets,
		t.tcp_established, t.tcp_in, t.tcp_out, t.tcp_retransmits, t.tcp_in_errors, t.tcp_out_resets);
	text_print(text, "Udp: InDatagrams NoPorts InErrors OutDatagrams\nUdp: %lu %lu %lu %lu\n", t.udp_in,
		   t.udp_no_ports, t.udp_in_errors, t.udp_out);
	return 0;
}

/* What is counted of what Linux has here; the rest of its columns is left out. */
static int show_netstat(const struct pseudo_node *node, struct text *text)
{
	uint64_t in_bytes = 0, out_bytes = 0;
	struct net_interface interface;
	struct net_totals t;

	(void)node;
	net_totals_get(&t);
	for (uint32_t index = 1; index <= NET_INTERFACES_MAX; index++) {
		if (net_interface_get(index, &interface))
			continue;
		in_bytes += interface.counters.receive_bytes;
		out_bytes += interface.counters.transmit_bytes;
	}
	text_print(text, "TcpExt: TW TCPLostRetransmit TCPRetransFail\nTcpExt: %u 0 0\n", t.tcp_time_wait);
	text_print(text, "IpExt: InNoRoutes InOctets OutOctets\nIpExt: %lu %lu %lu\n", t.ip_no_routes, in_bytes,
		   out_bytes);
	return 0;
}

static int show_unix(const struct pseudo_node *node, struct text *text)
{
	(void)node;
	unix_show(text);
	return 0;
}

/* Kinds of sockets that there are not, or that nobody has: their lists begin as Linux's do. */
#define RAW_HEAD                                                                                                       \
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref "        \
	"pointer drops"
#define RAW6_HEAD                                                                                                      \
	"  sl  local_address                         remote_address                        st tx_queue rx_queue tr "   \
	"tm->when retrnsmt   uid  timeout inode ref pointer drops"
#define PACKET_HEAD "sk               RefCnt Type Proto  Iface R Rmem   User   Inode"
#define NETLINK_HEAD "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode"

const struct pseudo_entry proc_net_entries[] = {
	PSEUDO_FILE("arp", show_arp),
	PSEUDO_FILE("dev", show_dev),
	PSEUDO_EMPTY("dev_mcast"),
	PSEUDO_CONSTANT("icmp", RAW_HEAD),
	PSEUDO_CONSTANT("icmp6", RAW6_HEAD),
	PSEUDO_FILE("if_inet6", show_if_inet6),
	PSEUDO_CONSTANT("netlink", NETLINK_HEAD),
	PSEUDO_FILE("netstat", show_netstat),
	PSEUDO_CONSTANT("packet", PACKET_HEAD),
	PSEUDO_CONSTANT("raw", RAW_HEAD),
	PSEUDO_CONSTANT("raw6", RAW6_HEAD),
	PSEUDO_FILE("route", show_route),
	PSEUDO_FILE("snmp", show_snmp),
	PSEUDO_FILE("sockstat", show_sockstat),
	PSEUDO_FILE("sockstat6", show_sockstat6),
	PSEUDO_FILE("tcp", proc_net_show_tcp),
	PSEUDO_FILE("tcp6", proc_net_show_tcp6),
	PSEUDO_FILE("udp", proc_net_show_udp),
	PSEUDO_FILE("udp6", proc_net_show_udp6),
	PSEUDO_FILE("udplite", proc_net_show_udp_lite),
	PSEUDO_FILE("udplite6", proc_net_show_udp_lite6),
	PSEUDO_FILE("unix", show_unix),
	{0},
};
