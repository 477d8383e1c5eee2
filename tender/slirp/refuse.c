/* Connections that nobody takes: see refuse.h. */
#include "tender/slirp/refuse.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <string.h>

#define IP4_BYTES 20u
#define IP4_PROTOCOL 9
#define IP4_SUM 10
#define IP4_SOURCE 12
#define IP4_TARGET 16
#define IP6_BYTES 40u
#define IP6_NEXT 6
#define IP6_SOURCE 8
#define IP6_TARGET 24
#define TCP_BYTES 20u
#define TCP_SEQUENCE 4
#define TCP_ACKNOWLEDGED 8
#define TCP_LENGTH 12
#define TCP_FLAGS 13
#define TCP_SUM 16
enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };
#define HOPS 64

static uint32_t sum_of(const uint8_t *bytes, size_t count, uint32_t sum)
{
	for (size_t i = 0; i + 1 < count; i += 2)
		sum += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
	return sum;
}

static void sum_put(uint8_t *at, uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	at[0] = (uint8_t)(~sum >> 8);
	at[1] = (uint8_t)~sum;
}

/* The segment that answers `asks`, with a checksum over two addresses of so many bytes from `addresses` on. */
static void reset_make(uint8_t *tcp, const uint8_t *asks, const uint8_t *addresses, size_t address_bytes)
{
	uint32_t next = (uint32_t)asks[TCP_SEQUENCE] << 24 | (uint32_t)asks[TCP_SEQUENCE + 1] << 16 |
			(uint32_t)asks[TCP_SEQUENCE + 2] << 8 | asks[TCP_SEQUENCE + 3];

	next++;
	memset(tcp, 0, TCP_BYTES);
	memcpy(tcp, asks + 2, 2);
	memcpy(tcp + 2, asks, 2);
	for (int i = 0; i < 4; i++)
		tcp[TCP_ACKNOWLEDGED + i] = (uint8_t)(next >> (24 - 8 * i));
	tcp[TCP_LENGTH] = TCP_BYTES / 4 << 4;
	tcp[TCP_FLAGS] = RST | ACK;
	sum_put(tcp + TCP_SUM, sum_of(tcp, TCP_BYTES, sum_of(addresses, 2 * address_bytes, IPPROTO_TCP + TCP_BYTES)));
}

static bool asks_for_connection(const uint8_t *tcp)
{
	return (tcp[TCP_FLAGS] & (FIN | SYN | RST | ACK)) == SYN;
}

static size_t refuse4(const struct arguments *arguments, const uint8_t *packet, size_t bytes, uint8_t *answer)
{
	struct in_addr gateway = arguments_gateway(arguments), name_server = {gateway.s_addr + htonl(1)};
	size_t header = (size_t)(packet[0] & 15) * 4;

	if (bytes < IP4_BYTES || header < IP4_BYTES || bytes < header + TCP_BYTES ||
	    packet[IP4_PROTOCOL] != IPPROTO_TCP || !asks_for_connection(packet + header))
		return 0;
	if (memcmp(packet + IP4_TARGET, &gateway, 4) != 0 && memcmp(packet + IP4_TARGET, &name_server, 4) != 0)
		return 0;
	memset(answer, 0, IP4_BYTES);
	answer[0] = 4 << 4 | IP4_BYTES / 4;
	answer[3] = IP4_BYTES + TCP_BYTES;
	answer[8] = HOPS;
	answer[IP4_PROTOCOL] = IPPROTO_TCP;
	memcpy(answer + IP4_SOURCE, packet + IP4_TARGET, 4);
	memcpy(answer + IP4_TARGET, packet + IP4_SOURCE, 4);
	sum_put(answer + IP4_SUM, sum_of(answer, IP4_BYTES, 0));
	reset_make(answer + IP4_BYTES, packet + header, answer + IP4_SOURCE, 4);
	return IP4_BYTES + TCP_BYTES;
}

static size_t refuse6(const struct arguments *arguments, const uint8_t *packet, size_t bytes, uint8_t *answer)
{
	struct in6_addr gateway = arguments_gateway6(arguments), name_server = gateway;

	name_server.s6_addr[15] |= 1;
	if (bytes < IP6_BYTES + TCP_BYTES || packet[IP6_NEXT] != IPPROTO_TCP ||
	    !asks_for_connection(packet + IP6_BYTES))
		return 0;
	if (memcmp(packet + IP6_TARGET, &gateway, 16) != 0 && memcmp(packet + IP6_TARGET, &name_server, 16) != 0)
		return 0;
	memset(answer, 0, IP6_BYTES);
	answer[0] = 6 << 4;
	answer[5] = TCP_BYTES;
	answer[IP6_NEXT] = IPPROTO_TCP;
	answer[7] = HOPS;
	memcpy(answer + IP6_SOURCE, packet + IP6_TARGET, 16);
	memcpy(answer + IP6_TARGET, packet + IP6_SOURCE, 16);
	reset_make(answer + IP6_BYTES, packet + IP6_BYTES, answer + IP6_SOURCE, 16);
	return IP6_BYTES + TCP_BYTES;
}

size_t refuse_connection(const struct arguments *arguments, const uint8_t *frame, size_t bytes,
			 uint8_t answer[REFUSE_FRAME_MAX])
{
	const uint8_t *packet = frame + ETH_HLEN;
	size_t made = 0;

	if (bytes <= ETH_HLEN)
		return 0;
	switch (frame[12] << 8 | frame[13]) {
	case ETH_P_IP:
		made = refuse4(arguments, packet, bytes - ETH_HLEN, answer + ETH_HLEN);
		break;
	case ETH_P_IPV6:
		made = refuse6(arguments, packet, bytes - ETH_HLEN, answer + ETH_HLEN);
		break;
	}
	if (!made)
		return 0;
	memcpy(answer, frame + ETH_ALEN, ETH_ALEN);
	memcpy(answer + ETH_ALEN, frame, ETH_ALEN);
	memcpy(answer + 12, frame + 12, 2);
	return ETH_HLEN + made;
}
