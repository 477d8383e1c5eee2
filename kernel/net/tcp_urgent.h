/*
 * Urgent data: one byte of a TCP connection at a time is marked, and read by MSG_OOB, apart from the others, or, with
 * SO_OOBINLINE, among them. Rules: tcp(7), sockatmark(3), Linux's tcp_check_urg and tcp_recv_urg.
 */
#ifndef KERNEL_NET_TCP_URGENT_H
#define KERNEL_NET_TCP_URGENT_H

#include "kernel/net/inet_socket.h"

#define TCP_URGENT_NOWHERE UINT32_MAX

/* How far the marked byte is from where the next read begins, or TCP_URGENT_NOWHERE. Enters the stack. */
uint32_t tcp_urgent_mark(struct inet_socket *sock);
/*
 * Whether the byte that is to be read next is lost, for once: it was marked when another mark came, and nobody had read
 * it. The read lock is held. Enters the stack.
 */
bool tcp_urgent_lost(struct inet_socket *sock);
/* recv with MSG_OOB: 1, 0: none will come, -EINVAL, -EAGAIN: it is on its way, -EFAULT. */
long tcp_urgent_receive(struct inet_socket *sock, struct socket_message *message);

/* The following are called with the stack entered. */

/* So many bytes were read, or skipped. */
void tcp_urgent_pass(struct inet_socket *sock, uint32_t bytes);
/* Bytes arrived: the marked one may be among them. */
void tcp_urgent_look(struct inet_socket *sock);
/* The last byte that was queued is urgent. */
void tcp_urgent_send(struct tcp_pcb *pcb);
/* Bytes that FIONREAD tells of: those up to the mark. */
uint32_t tcp_urgent_unread(const struct inet_socket *sock);
/* Whether the next byte is the marked one. */
bool tcp_urgent_is_next(const struct inet_socket *sock);
/* Whether there is more to read than the marked byte itself; `low`: so many bytes more. */
bool tcp_urgent_is_readable(const struct inet_socket *sock, uint32_t low);

/* The stack is not entered: SIGURG to whoever F_SETOWN named. */
void tcp_urgent_signal(struct inet_socket *sock);

#endif
