/*
 * What can be seen of the network from outside the stack: netlink, the SIOCGIF* ioctls and /proc/net are made from
 * these snapshots. Everything is copied out under the stack's own lock, which the functions take; none blocks for
 * longer. Addresses are in network order, ports in host order.
 */
#ifndef KERNEL_NET_VIEW_H
#define KERNEL_NET_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NET_INTERFACES_MAX 2 /* lo is 1, eth0 is 2, as in Linux; without a device there is lo only */
#define NET_INTERFACE_LOOPBACK 1
#define NET_INTERFACE_DEVICE 2
#define NET_INTERFACE_NAME_BYTES 16
#define NET_ADDRESSES_MAX 8 /* of one interface */
#define NET_ROUTES_MAX 16
#define NET_NEIGHBOURS_MAX 32

/* Linux's numbers: its own header for them needs the C library's. */
enum {
	IFF_UP = 1,
	IFF_BROADCAST = 2,
	IFF_LOOPBACK = 8,
	IFF_RUNNING = 0x40,
	IFF_MULTICAST = 0x1000,
	IFF_LOWER_UP = 0x10000,
};
enum { ARPHRD_ETHER = 1, ARPHRD_LOOPBACK = 772 };

struct net_counters {
	uint64_t receive_packets;
	uint64_t receive_bytes;
	uint64_t receive_errors;
	uint64_t receive_drops;
	uint64_t transmit_packets;
	uint64_t transmit_bytes;
	uint64_t transmit_errors;
	uint64_t transmit_drops;
};

struct net_interface {
	uint32_t index;
	char name[NET_INTERFACE_NAME_BYTES];
	uint32_t flags; /* IFF_UP, IFF_RUNNING, IFF_LOWER_UP, IFF_LOOPBACK, IFF_BROADCAST, IFF_MULTICAST ... */
	uint32_t mtu;
	uint8_t mac[6];
	struct net_counters counters;
};

struct net_address {
	uint32_t interface;
	uint16_t family; /* AF_INET, AF_INET6 */
	uint8_t prefix;
	uint8_t flags; /* IFA_F_PERMANENT, IFA_F_TENTATIVE, ... */
	uint8_t scope; /* RT_SCOPE_UNIVERSE, _LINK, _HOST */
	uint8_t bytes[16];
	uint32_t valid_seconds; /* UINT32_MAX: for ever */
	uint32_t preferred_seconds;
};

struct net_route {
	uint32_t interface;
	uint16_t family;
	uint8_t prefix; /* 0: default */
	uint8_t scope;
	uint8_t protocol; /* RTPROT_KERNEL, _BOOT, _DHCP, _RA */
	bool has_gateway;
	bool has_source;
	uint8_t destination[16];
	uint8_t gateway[16];
	uint8_t source[16]; /* the preferred one */
};

struct net_neighbour {
	uint32_t interface;
	uint16_t family;
	uint16_t state; /* NUD_REACHABLE, ... */
	uint8_t bytes[16];
	uint8_t mac[6];
};

/* The interface with that index. -ENODEV. */
int net_interface_get(uint32_t index, struct net_interface *out);

/* How many entries were filled, at most `max`: addresses of all interfaces, in the order of their indices. */
size_t net_addresses_get(struct net_address *out, size_t max);
size_t net_routes_get(struct net_route *out, size_t max);
size_t net_neighbours_get(struct net_neighbour *out, size_t max);

/* One line of /proc/net/{tcp,tcp6,udp,udp6,udplite,udplite6}. */
struct net_socket_view {
	uint8_t state; /* TCP_ESTABLISHED ..., as <linux/tcp_states.h> numbers them; UDP: 7 (CLOSE) or 1 if connected */
	uint16_t local_port;
	uint16_t remote_port;
	uint8_t local[16];
	uint8_t remote[16];
	uint32_t transmit_queue; /* bytes */
	uint32_t receive_queue;  /* bytes; of a listener connections that wait to be accepted */
	uint32_t backlog;        /* of a listener: how many may wait */
	uint32_t retransmits;
	uint32_t user_id;
	uint64_t inode;
	uint64_t drops;
};

enum net_socket_table {
	NET_SOCKETS_TCP,
	NET_SOCKETS_TCP6,
	NET_SOCKETS_UDP,
	NET_SOCKETS_UDP6,
	NET_SOCKETS_UDP_LITE,
	NET_SOCKETS_UDP_LITE6,
};

/*
 * Fills up to `max` sockets of a table beginning with the one numbered `from` (0 is the first); returns how many, 0
 * behind the end. Between two calls the table may change: a socket may then be missed or be seen twice, as in Linux.
 */
size_t net_sockets_get(enum net_socket_table table, size_t from, struct net_socket_view *out, size_t max);

/* Sums for /proc/net/{snmp,sockstat,netstat}. */
struct net_totals {
	uint32_t sockets; /* of TCP and UDP */
	uint32_t tcp_in_use;
	uint32_t tcp_time_wait;
	uint32_t tcp_allocated;
	uint32_t tcp6_in_use;
	uint32_t udp_in_use;
	uint32_t udp6_in_use;
	uint32_t udp_lite_in_use;
	uint32_t udp_lite6_in_use;
	uint64_t ip_receives, ip_header_errors, ip_address_errors, ip_delivers, ip_requests, ip_discards, ip_no_routes;
	uint64_t reassembly_requests, reassembly_oks, reassembly_fails, fragment_oks, fragment_fails, fragment_creates;
	uint64_t icmp_in, icmp_in_errors, icmp_out, icmp_out_errors;
	uint64_t tcp_active_opens, tcp_passive_opens, tcp_attempt_fails, tcp_established_resets, tcp_established;
	uint64_t tcp_in, tcp_out, tcp_retransmits, tcp_in_errors, tcp_out_resets;
	uint64_t udp_in, udp_no_ports, udp_in_errors, udp_out;
};

void net_totals_get(struct net_totals *out);

#endif
