/* Internet addresses as text, as inet_ntop writes them. */
#ifndef KERNEL_NET_ADDRESS_TEXT_H
#define KERNEL_NET_ADDRESS_TEXT_H

#include <stdint.h>

#define NET_ADDRESS_TEXT_BYTES 46 /* INET6_ADDRSTRLEN */

/* `family`: AF_INET or AF_INET6, with 4 or 16 bytes in network order. Returns `out`. */
const char *net_address_text(unsigned family, const uint8_t *bytes, char out[NET_ADDRESS_TEXT_BYTES]);

#endif
