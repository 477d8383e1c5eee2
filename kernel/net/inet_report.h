/*
 * The error queue of a datagram socket: what became of datagrams that it sent, for recvmsg with MSG_ERRQUEUE. Rules:
 * IP_RECVERR in ip(7), IPV6_RECVERR in ipv6(7).
 */
#ifndef KERNEL_NET_INET_REPORT_H
#define KERNEL_NET_INET_REPORT_H

#include "kernel/net/inet_socket.h"

struct pbuf;

/* What is told. */
struct inet_report {
	struct inet_name to; /* whom the datagram was for */
	ip_addr_t offender;  /* who says so; "any": we do */
	uint8_t type, code;  /* ICMP's */
	int error;
	uint32_t mtu; /* EMSGSIZE: what would have passed */
};

/* Whether the socket keeps reports about datagrams to such an address. */
bool inet_reports_wanted(const struct inet_socket *sock, const ip_addr_t *to);
/*
 * Keeps a report, with the datagram's bytes from `at` on in p (NULL: none), and makes its error the socket's. The stack
 * is entered.
 */
void inet_report_add(struct inet_socket *sock, const struct inet_report *report, const struct pbuf *p, uint16_t at);
/* The oldest one: how many bytes of the datagram, -EAGAIN: none, -EFAULT. */
long inet_report_receive(struct inet_socket *sock, struct socket_message *message);
/* The socket ends, or does not want any more. The stack is entered. */
void inet_reports_free(struct inet_socket *sock);

#endif
