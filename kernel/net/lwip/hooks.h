/* Where lwIP calls the kernel. */
#ifndef KERNEL_NET_LWIP_HOOKS_H
#define KERNEL_NET_LWIP_HOOKS_H

#include "lwip/ip_addr.h"

/* TCP's initial sequence numbers: unpredictable to who does not see the connection (RFC 6528). */
uint32_t stack_sequence_number(const ip_addr_t *local, uint16_t local_port, const ip_addr_t *remote,
			       uint16_t remote_port);
#define LWIP_HOOK_TCP_ISN stack_sequence_number

/* tcp_write's source is a struct io. */
void tcp_copy(void *to, size_t bytes, const void *source);
#define LWIP_HOOK_TCP_COPY(to, from, bytes, source) tcp_copy(to, bytes, source)

/* Name servers that DHCP tells of. */
void dns_setserver(uint8_t number, const ip_addr_t *server);

#endif
