/* Internet addresses as text, without libc. */
#ifndef TENDER_LINUX_ADDRESS_H
#define TENDER_LINUX_ADDRESS_H

#include <stdbool.h>

#include "abi/kernel.h"

/* AF_INET and AF_INET6 of the Linux socket ABI; libc's headers for them clash with <linux/if.h>. */
#define ADDRESS_FAMILY_4 2u
#define ADDRESS_FAMILY_6 10u
/* An IPv6 address in full, a prefix and the NUL */
#define ADDRESS_TEXT_BYTES 48

#define ADDRESS_PREFIX_NONE 255u

/*
 * ADDRESS or ADDRESS/PREFIX, of either family, with nothing behind it. Without a prefix it is ADDRESS_PREFIX_NONE.
 * Returns false if it is neither.
 */
bool address_parse(const char *text, struct kernel_net_address *address);

/* Whether both have the same family and bytes; prefixes do not count. */
bool address_equal(const struct kernel_net_address *a, const struct kernel_net_address *b);

/* Whether both are in the network of the first. */
bool address_is_near(const struct kernel_net_address *a, const struct kernel_net_address *b);

/* Of an IPv4 address with a prefix: the network's address with that number. */
struct kernel_net_address address_of_host(const struct kernel_net_address *network, uint32_t number);

/* Of IPv4: the number as the CPU has it, and back. */
uint32_t address_number(const struct kernel_net_address *address);

/* As text, without the prefix; returns `out`. IPv6 comes without "::". */
const char *address_text(const struct kernel_net_address *address, char out[ADDRESS_TEXT_BYTES]);

#endif
