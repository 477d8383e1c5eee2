/*
 * What can stand behind a network device. All functions return a descriptor that never blocks and carries one frame per
 * read or write, or -errno; *link says what the frames are like. Offloads are for guests that know virtio headers: with
 * them frames may be larger than the MTU and come without checksums, both ways; without them that is turned off where
 * the host's interface would do it.
 */
#ifndef TENDER_DEVICES_TAP_H
#define TENDER_DEVICES_TAP_H

#include <stdbool.h>
#include <stdint.h>

/* struct virtio_net_hdr without the field for merged buffers, which taps do not use */
#define TAP_VNET_HEADER_BYTES 10

struct tap_link {
	uint16_t mtu;     /* without the Ethernet header */
	bool vnet_header; /* every frame has one in front */
	bool segments;    /* TCP segments above the MTU */
};

/* Attaches the existing tap interface of that name, which must be up. On failure *what may name what failed. */
long tap_open(const char *name, bool with_offloads, struct tap_link *link, const char **what);

/*
 * For a tap with IFF_VNET_HDR: headers of TAP_VNET_HEADER_BYTES, and all that a guest's stack can take over from the
 * host's: checksums, and segments above the MTU, without which an older host leaves the link. 0 or -errno.
 */
long tap_offloads_enable(int fd, struct tap_link *link);

/*
 * Takes over the descriptor with that decimal number: a tap, or a Unix datagram or sequenced-packet socket. A tap has
 * the offloads if its frames have headers; without with_offloads such are refused (-EPROTOTYPE).
 */
long descriptor_take(const char *digits, bool with_offloads, struct tap_link *link);

#endif
