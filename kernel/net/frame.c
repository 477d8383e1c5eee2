/* Frames: see frame.h. */
#include "kernel/net/frame.h"

#include "kernel/lib/string.h"

#define TYPE_IP4 0x0800
#define TYPE_ARP 0x0806
#define TYPE_IP6 0x86dd
#define IP4_BYTES_MIN 20u
#define IP6_BYTES 40u
#define ARP_BYTES 28u
#define TCP_BYTES_MIN 20u
#define PROTOCOL_TCP 6
#define TCP_CHECKSUM_OFFSET 16
#define LOOPBACK_NETWORK 127
#define FRAGMENT_BITS 0x3fff /* more fragments, and the offset */

static uint16_t word_at(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

/* --- receiving ---------------------------------------------------------------------------------------------------- */

/* Packets of the loopback network have no business outside; a source that is a group of hosts sends nothing. */
static bool is_sane4(const uint8_t *packet, size_t bytes)
{
	const uint8_t *source = packet + 12, *destination = packet + 16;

	return bytes >= IP4_BYTES_MIN && source[0] != LOOPBACK_NETWORK && destination[0] != LOOPBACK_NETWORK &&
	       (source[0] & 0xf0) != 0xe0;
}

static bool is_loopback6(const uint8_t *address)
{
	static const uint8_t loopback[16] = {[15] = 1};

	return memcmp(address, loopback, sizeof(loopback)) == 0;
}

static bool is_sane6(const uint8_t *packet, size_t bytes)
{
	return bytes >= IP6_BYTES && !is_loopback6(packet + 8) && !is_loopback6(packet + 24) && packet[8] != 0xff;
}

static enum frame_kind kind_of(uint16_t type, const uint8_t *packet, size_t bytes)
{
	switch (type) {
	case TYPE_IP4:
		return is_sane4(packet, bytes) ? FRAME_IP4 : FRAME_OTHER;
	case TYPE_IP6:
		return is_sane6(packet, bytes) ? FRAME_IP6 : FRAME_OTHER;
	case TYPE_ARP:
		return bytes >= ARP_BYTES ? FRAME_ARP : FRAME_OTHER;
	default:
		return FRAME_OTHER;
	}
}

bool frame_parse(const uint8_t *bytes, size_t count, bool has_header, const uint8_t mac[6], struct frame *out)
{
	static const uint8_t everyone[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	struct frame_header header = {0};

	if (has_header) {
		if (count < sizeof(header))
			return false;
		memcpy(&header, bytes, sizeof(header));
		bytes += sizeof(header);
		count -= sizeof(header);
	}
	if (count < FRAME_ETHERNET_BYTES || count > FRAME_BYTES_MAX)
		return false;
	out->is_broadcast = memcmp(bytes, everyone, sizeof(everyone)) == 0;
	out->is_multicast = !out->is_broadcast && bytes[0] & 1;
	if (!out->is_broadcast && !out->is_multicast && memcmp(bytes, mac, 6) != 0)
		return false;
	out->is_checked = header.flags & (FRAME_NEEDS_CHECKSUM | FRAME_CHECKSUM_IS_GOOD);
	out->packet = bytes + FRAME_ETHERNET_BYTES;
	out->packet_bytes = count - FRAME_ETHERNET_BYTES;
	out->kind = kind_of(word_at(bytes + 12), out->packet, out->packet_bytes);
	return out->kind != FRAME_OTHER;
}

/* --- sending ------------------------------------------------------------------------------------------------------ */

/* One's complement sum of an even number of bytes. */
static uint32_t words_sum(const uint8_t *bytes, size_t count, uint32_t sum)
{
	for (size_t i = 0; i < count; i += 2)
		sum += word_at(bytes + i);
	return sum;
}

/* Of the addresses, the protocol and the length; folded, not inverted: what the other side adds the rest to. */
static uint16_t pseudo_sum(const uint8_t *addresses, size_t address_bytes, size_t transport_bytes)
{
	uint32_t sum = words_sum(addresses, address_bytes, PROTOCOL_TCP + (uint32_t)transport_bytes);

	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

struct transport {
	size_t at; /* from the frame's first byte */
	const uint8_t *addresses;
	size_t address_bytes;
	uint8_t segments;
};

/* Where TCP begins in a frame; false: it is something else, or a fragment. */
static bool tcp_find(const uint8_t *bytes, size_t count, struct transport *out)
{
	const uint8_t *ip = bytes + FRAME_ETHERNET_BYTES;
	uint16_t type;

	if (count < FRAME_ETHERNET_BYTES + IP4_BYTES_MIN)
		return false;
	type = word_at(bytes + 12);
	if (type == TYPE_IP4 && ip[9] == PROTOCOL_TCP && !(word_at(ip + 6) & FRAGMENT_BITS)) {
		*out = (struct transport){FRAME_ETHERNET_BYTES + (ip[0] & 15u) * 4u, ip + 12, 8, FRAME_SEGMENTS_TCP4};
		return true;
	}
	if (type == TYPE_IP6 && count >= FRAME_ETHERNET_BYTES + IP6_BYTES && ip[6] == PROTOCOL_TCP) {
		*out = (struct transport){FRAME_ETHERNET_BYTES + IP6_BYTES, ip + 8, 32, FRAME_SEGMENTS_TCP6};
		return true;
	}
	return false;
}

void frame_offload(uint8_t *bytes, size_t count, size_t frame_bytes, size_t segment_bytes, struct frame_header *out)
{
	struct transport tcp;
	size_t header_bytes;
	uint16_t sum;

	memset(out, 0, sizeof(*out));
	if (!tcp_find(bytes, count, &tcp) || count < tcp.at + TCP_BYTES_MIN)
		return;
	sum = pseudo_sum(tcp.addresses, tcp.address_bytes, frame_bytes - tcp.at);
	bytes[tcp.at + TCP_CHECKSUM_OFFSET] = (uint8_t)(sum >> 8);
	bytes[tcp.at + TCP_CHECKSUM_OFFSET + 1] = (uint8_t)sum;
	out->flags = FRAME_NEEDS_CHECKSUM;
	out->checksum_start = (uint16_t)tcp.at;
	out->checksum_offset = TCP_CHECKSUM_OFFSET;
	header_bytes = tcp.at + (bytes[tcp.at + 12] >> 4) * 4u;
	if (!segment_bytes || frame_bytes <= header_bytes + segment_bytes)
		return;
	out->segments = tcp.segments;
	out->header_bytes = (uint16_t)header_bytes;
	out->segment_bytes = (uint16_t)segment_bytes;
}
