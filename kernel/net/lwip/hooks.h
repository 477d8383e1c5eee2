/* Where lwIP calls the kernel. */
#ifndef KERNEL_NET_LWIP_HOOKS_H
#define KERNEL_NET_LWIP_HOOKS_H

#include <stdbool.h>

#include "lwip/ip_addr.h"

/* TCP's initial sequence numbers: unpredictable to who does not see the connection (RFC 6528). */
uint32_t stack_sequence_number(const ip_addr_t *local, uint16_t local_port, const ip_addr_t *remote,
			       uint16_t remote_port);
#define LWIP_HOOK_TCP_ISN stack_sequence_number

/* The table of connections: a keyed hash of both ends. */
uint32_t stack_connection_hash(const ip_addr_t *local, uint16_t local_port, const ip_addr_t *remote,
			       uint16_t remote_port);
#define LWIP_HOOK_TCP_HASH stack_connection_hash

/* Of the sockets that are bound alike and share their port, the one that gets what comes there: net/inet_share.c. */
struct tcp_pcb_listen;
struct udp_pcb;
struct tcp_pcb_listen *stack_listener_choose(struct tcp_pcb_listen *found, const ip_addr_t *from, uint16_t from_port,
					     const ip_addr_t *to);
struct udp_pcb *stack_udp_choose(struct udp_pcb *found, const ip_addr_t *from, uint16_t from_port, const ip_addr_t *to);
#define LWIP_HOOK_TCP_SHARED stack_listener_choose
#define LWIP_HOOK_UDP_SHARED stack_udp_choose

/* Whether no further connection may wait to be accepted. */
bool stack_listener_is_full(const struct tcp_pcb_listen *listener);
#define LWIP_HOOK_TCP_LISTEN_FULL stack_listener_is_full

/* TCP's clock, in ticks of its slow timer. */
uint32_t stack_tcp_ticks(void);
#define LWIP_HOOK_TCP_TICKS stack_tcp_ticks
/* And in microseconds, which wrap. */
uint32_t stack_clock_us(void);
#define LWIP_HOOK_TCP_CLOCK_US stack_clock_us

/* tcp_write's source is a struct io. */
void tcp_copy(void *to, size_t bytes, const void *source);
#define LWIP_HOOK_TCP_COPY(to, from, bytes, source) tcp_copy(to, bytes, source)

/* A mark of urgent data, on the byte that is so many behind those that have arrived. */
struct tcp_pcb;
void tcp_urgent_arrived(struct tcp_pcb *pcb, uint32_t ahead);
#define LWIP_HOOK_TCP_URGENT tcp_urgent_arrived

/* Where IPv6 packets to other networks go, if it was said; NULL: whoever advertises himself as a router. */
struct netif;
const ip6_addr_t *device_gateway6(struct netif *netif);
#define LWIP_HOOK_ND6_GET_GW(netif, destination) device_gateway6(netif)

/* Name servers that DHCP tells of. */
void dns_setserver(uint8_t number, const ip_addr_t *server);

/* Whether packets longer than the link's may be handed to the device, which cuts them. */
bool device_cuts(const struct netif *netif, uint8_t protocol);
#define LWIP_HOOK_DEVICE_CUTS device_cuts
/* How much of the next one goes into each. */
void device_cut_bytes(struct netif *netif, uint16_t bytes);
#define LWIP_HOOK_DEVICE_CUT_BYTES device_cut_bytes

#endif
