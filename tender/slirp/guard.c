/* Which frames of the guest libslirp gets to see: see guard.h. */
#include "tender/slirp/guard.h"

#include <linux/if_ether.h>
#include <string.h>

#define IP4_HEADER_BYTES 20
#define IP4_LENGTH 2
#define IP4_TARGET 16
#define IP6_HEADER_BYTES 40
#define IP6_LENGTH 4
#define IP6_NEXT 6
#define IP6_TARGET 24
#define NEXT_ICMP6 58
/* RFC 4861: types from here to there are the link's own */
#define ROUTER_SOLICITATION 133
#define NEIGHBOUR_ADVERTISEMENT 136

static bool ip4_allows(const uint8_t *packet, size_t bytes)
{
	const uint8_t *target = packet + IP4_TARGET;

	if (bytes < IP4_HEADER_BYTES || packet[0] >> 4 != 4)
		return false;
	if (target[0] == 0 || target[0] == 127 || target[0] >= 224)
		return false;
	return target[0] != 169 || target[1] != 254;
}

static bool ip6_allows(const uint8_t *packet, size_t bytes)
{
	static const uint8_t zero[12];
	const uint8_t *target = packet + IP6_TARGET;

	if (bytes < IP6_HEADER_BYTES || packet[0] >> 4 != 6)
		return false;
	/* ::/96, and IPv4 addresses as IPv6 sockets have them */
	if (memcmp(target, zero, 10) == 0 && (target[10] == target[11]) && (target[10] == 0 || target[10] == 0xff))
		return false;
	/* Multicast, link-local and the old site-local: only what the link itself needs. */
	if (target[0] == 0xff || (target[0] == 0xfe && target[1] & 0x80))
		return packet[IP6_NEXT] == NEXT_ICMP6 && bytes > IP6_HEADER_BYTES &&
		       packet[IP6_HEADER_BYTES] >= ROUTER_SOLICITATION &&
		       packet[IP6_HEADER_BYTES] <= NEIGHBOUR_ADVERTISEMENT;
	return true;
}

bool guard_allows(const uint8_t *frame, size_t bytes)
{
	if (bytes < ETH_HLEN)
		return false;
	switch (frame[12] << 8 | frame[13]) {
	case ETH_P_ARP:
		return true;
	case ETH_P_IP:
		return ip4_allows(frame + ETH_HLEN, bytes - ETH_HLEN);
	case ETH_P_IPV6:
		return ip6_allows(frame + ETH_HLEN, bytes - ETH_HLEN);
	default:
		return false;
	}
}

static size_t word_at(const uint8_t *at)
{
	return (size_t)at[0] << 8 | at[1];
}

size_t guard_cut(const uint8_t *frame, size_t bytes)
{
	const uint8_t *packet = frame + ETH_HLEN;
	size_t needed = bytes;

	if (word_at(frame + 12) == ETH_P_IP)
		needed = ETH_HLEN + word_at(packet + IP4_LENGTH);
	else if (word_at(frame + 12) == ETH_P_IPV6)
		needed = ETH_HLEN + IP6_HEADER_BYTES + word_at(packet + IP6_LENGTH);
	return needed < bytes ? needed : bytes;
}
