/*
 * How large packets may be on the way to other hosts, as routers told: RFC 1191, RFC 8201. Kept for ten minutes, as in
 * Linux. Everything is called with the stack entered.
 */
#ifndef KERNEL_NET_PATH_MTU_H
#define KERNEL_NET_PATH_MTU_H

#include "kernel/net/inet_socket.h"

/* A router said so of a packet that we did send there. */
void path_mtu_learn(const ip_addr_t *to, uint32_t mtu);
/* Of the way to a host: what was learned, or what the link takes, if that is less. 0: there is no way. */
uint32_t path_mtu(const ip_addr_t *local, const ip_addr_t *to);
/* Segments of a connection that get through: they shrink, if need be. */
struct tcp_pcb;
void path_mtu_fit(struct tcp_pcb *pcb);
/* The socket's connection stands, or has new options: the same, and whether its packets may be cut. */
void path_mtu_use(struct inet_socket *sock);

#endif
