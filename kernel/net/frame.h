/*
 * Frames as they are on the packet descriptor. With offloads each has a header in front (struct virtio_net_hdr), by
 * which the two sides leave checksums and the cutting of TCP segments to each other. Pure functions over hostile bytes.
 */
#ifndef KERNEL_NET_FRAME_H
#define KERNEL_NET_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_ETHERNET_BYTES 14u
#define FRAME_PACKET_BYTES_MAX 65535u
#define FRAME_BYTES_MAX (FRAME_ETHERNET_BYTES + FRAME_PACKET_BYTES_MAX)

enum { FRAME_NEEDS_CHECKSUM = 1, FRAME_CHECKSUM_IS_GOOD = 2 };                  /* frame_header.flags */
enum { FRAME_SEGMENTS_NONE, FRAME_SEGMENTS_TCP4 = 1, FRAME_SEGMENTS_TCP6 = 4 }; /* frame_header.segments */

/* struct virtio_net_hdr, little-endian. */
struct frame_header {
	uint8_t flags;
	uint8_t segments;
	uint16_t header_bytes;   /* of all headers, Ethernet's included */
	uint16_t segment_bytes;  /* of payload in each packet */
	uint16_t checksum_start; /* from the frame's first byte */
	uint16_t checksum_offset;
};
_Static_assert(sizeof(struct frame_header) == 10, "struct virtio_net_hdr");

enum frame_kind { FRAME_IP4, FRAME_IP6, FRAME_ARP, FRAME_OTHER };

/* What a received frame is. */
struct frame {
	enum frame_kind kind;
	bool is_multicast;
	bool is_broadcast;
	bool is_checked; /* its transport checksum need not be looked at */
	const uint8_t *packet;
	size_t packet_bytes;
};

/*
 * Parses the bytes of a read: false if they are no frame for `mac`, or one that nobody sends in good faith (addresses
 * that never leave a host).
 */
bool frame_parse(const uint8_t *bytes, size_t count, bool has_header, const uint8_t mac[6], struct frame *out);

/*
 * The header for a frame to send, of which `bytes` has at least the headers in one piece; frame_bytes is its whole
 * length. If it is TCP, the checksum is left to the other side: its field gets the sum of the pseudo header. More
 * payload than segment_bytes (0: none is cut) is to be cut into segments of so many.
 */
void frame_offload(uint8_t *bytes, size_t count, size_t frame_bytes, size_t segment_bytes, struct frame_header *out);

#endif
