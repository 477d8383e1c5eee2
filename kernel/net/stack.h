/*
 * The TCP/IP stack, which is lwIP under one lock. All of lwIP is called between stack_enter and stack_leave, and calls
 * us back there: with the lock held. The lock comes after all others but those of queues, the heap and timers; who has
 * it does not touch application memory except through tcp_copy, and wakes nobody: that is what stack_tell is for.
 */
#ifndef KERNEL_NET_STACK_H
#define KERNEL_NET_STACK_H

#include <stdbool.h>
#include <stdint.h>

struct inet_socket;

/* Once at boot, by the first process, before there are sockets: the device, if there is one. -ENOMEM */
int stack_start(void);

/* Whoever is first begins: most programs have no network, and pages that nobody touches are no guest's. */
void stack_enter(void);
/* Delivers what was sent to ourselves, releases the lock, and wakes whom stack_tell named. */
void stack_leave(void);
/* The stack is entered: these EPOLL* events may now hold at the socket. */
void stack_tell(struct inet_socket *sock, unsigned events);

/* The stack is entered: a connection was made; segments as long as its device takes. */
struct tcp_pcb;
void device_segments_use(struct tcp_pcb *pcb);
/* The stack is entered, and lwIP is not in the middle of anything: what a device that is gone leaves behind. */
void device_settle(void);
bool device_is_gone(void);
/* Waits for the address that DHCP is asked for, some seconds at most. By the first process. */
void device_await(void);

#endif
