/* What lwIP asks of its platform: no C library but the kernel's string functions. */
#ifndef KERNEL_NET_LWIP_ARCH_CC_H
#define KERNEL_NET_LWIP_ARCH_CC_H

#include <stdint.h>

#include "kernel/lib/bug.h"
#include "kernel/lib/heap.h"

#define LWIP_NO_INTTYPES_H 1
#define LWIP_NO_LIMITS_H 1
#define LWIP_NO_UNISTD_H 1
#define LWIP_NO_CTYPE_H 1

#define BYTE_ORDER LITTLE_ENDIAN
#define lwip_htons(value) __builtin_bswap16(value)
#define lwip_htonl(value) __builtin_bswap32(value)
#define LWIP_DONT_PROVIDE_BYTEORDER_FUNCTIONS

uint32_t stack_random(void);
#define LWIP_RAND() stack_random()

/* lwIP's own assertions are about its own mistakes: the guest ends, as for the kernel's. */
#define LWIP_PLATFORM_ASSERT(text) bug(__FILE__, __LINE__, text)
#define LWIP_PLATFORM_DIAG(text)                                                                                       \
	do {                                                                                                           \
	} while (0)

#endif
