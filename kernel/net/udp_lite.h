/* UDP-Lite: datagrams whose checksum covers as much of them as the sender wants. Rules: udplite(7), Linux's udplite. */
#ifndef KERNEL_NET_UDP_LITE_H
#define KERNEL_NET_UDP_LITE_H

#include "kernel/net/inet_socket.h"

/* The socket's pcb is new: what it is. The stack is entered. */
void udp_lite_begin(struct inet_socket *sock);
/* Whether the datagram being received is covered as the socket wants it. The stack is entered. */
bool udp_lite_is_covered(const struct inet_socket *sock);

/* Options of UDP sockets of both kinds, which are those of UDP-Lite. */
int udp_option_set(struct inet_socket *sock, int name, user_t value, unsigned bytes);
int udp_option_get(struct inet_socket *sock, int name, user_t value, unsigned *bytes);

#endif
