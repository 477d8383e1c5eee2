/* Which frames of the guest libslirp gets to see. Pure. */
#ifndef TENDER_SLIRP_GUARD_H
#define TENDER_SLIRP_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * libslirp opens sockets to whatever address a packet names, 127.0.0.1 among them: its own switch for the host's
 * loopback knows the gateway's address only. What passes: ARP; IPv4 to single hosts that are neither "this host" (0/8),
 * loopback (127/8) nor link-local (169.254/16, which no router forwards, and where clouds keep their secrets); IPv6 to
 * single hosts but for ::/96 and ::ffff:0:0/96, behind which are the same; ICMPv6 of the link.
 */
bool guard_allows(const uint8_t *frame, size_t bytes);

/*
 * How much of a frame that passes libslirp needs to see: what its IP header says, so that padding, which would be kept
 * as long as the packet, is none. At most `bytes`.
 */
size_t guard_cut(const uint8_t *frame, size_t bytes);

#endif
