/*
 * What can stand behind a network device. All functions return a descriptor that never blocks and carries one frame per
 * read or write, or -errno; *mtu is set, without the Ethernet header.
 */
#ifndef TENDER_DEVICES_TAP_H
#define TENDER_DEVICES_TAP_H

#include <stdint.h>

/* Attaches the existing tap interface of that name, which must be up. On failure *what may name what failed. */
long tap_open(const char *name, uint16_t *mtu, const char **what);

/* Takes over the descriptor with that decimal number: a tap, or a Unix datagram or sequenced-packet socket. */
long descriptor_take(const char *digits, uint16_t *mtu);

/* The value of a hexadecimal digit, -1 for any other character. */
static inline int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

#endif
