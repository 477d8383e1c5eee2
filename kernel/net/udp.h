/* UDP, for net/inet_port.c. */
#ifndef KERNEL_NET_UDP_H
#define KERNEL_NET_UDP_H

struct inet_socket;

/* The socket's address or port has changed: lwIP learns of it. The stack is entered. */
void udp_bound(struct inet_socket *sock);

#endif
