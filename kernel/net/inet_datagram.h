/* Received datagrams of UDP and raw sockets, from arrival to recvmsg. */
#ifndef KERNEL_NET_INET_DATAGRAM_H
#define KERNEL_NET_INET_DATAGRAM_H

#include "kernel/net/inet_socket.h"

struct datagram {
	struct list list; /* sock->datagrams */
	struct pbuf *p;   /* the bytes the application gets */
	struct inet_name from;
	ip_addr_t to;
	uint32_t cost_bytes;
	uint32_t interface; /* index, where it came in */
	uint8_t ttl;
	uint8_t tos;
	uint64_t realtime_ns;
};

/* lwIP hands the packet being received to a socket: takes over p, and drops it if there is no room. */
void datagram_arrive(struct inet_socket *sock, struct pbuf *p, const ip_addr_t *from, uint16_t port);
/* The socket ends. The stack is entered. */
void datagrams_free(struct inet_socket *sock);
long datagram_receive(struct socket *socket, struct socket_message *message);
unsigned datagram_poll(struct socket *socket, struct poll_entry *entry);
long datagram_ioctl(struct socket *socket, unsigned request, uint64_t argument);
int datagram_shutdown(struct socket *socket, int how);

/* What sendmsg asks for, for one datagram. */
struct inet_ancillary {
	ip_addr_t source;   /* "any": no wish */
	uint32_t interface; /* 0: no wish */
	int ttl, tos;       /* -1: no wish */
};

/* How a kind of socket hands a datagram to lwIP: 0 or -errno. The stack is entered. */
typedef int datagram_send_locked(struct inet_socket *sock, struct pbuf *p, struct inet_name *to,
				 const struct inet_ancillary *ancillary);
/* Takes the datagram, of at most 64 KiB, from the application and sends it: how many bytes, -EPIPE, -EFAULT ... */
long datagram_send(struct inet_socket *sock, struct socket_message *message, struct inet_name *to,
		   const struct inet_ancillary *ancillary, datagram_send_locked *send);

/* --- net/inet_control.c: control messages --- */

void inet_control_put(const struct inet_socket *sock, struct socket_message *message, const struct datagram *datagram);
int inet_control_get(const struct inet_socket *sock, const struct socket_message *message, struct inet_ancillary *out);

#endif
