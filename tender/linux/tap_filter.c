/* The program that keeps a guest to its own addresses: see tap_filter.h. */
#include "tender/linux/tap_filter.h"

#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <stdbool.h>
#include <string.h>

/* Offsets in a frame */
#define AT_SENDER_MAC 6
#define AT_TYPE 12
#define AT_IP4_SENDER (ETH_HLEN + 12)
#define AT_ARP_SENDER_MAC (ETH_HLEN + 8)
#define AT_ARP_SENDER (ETH_HLEN + 14)
#define AT_IP6_NEXT (ETH_HLEN + 6)
#define AT_IP6_SENDER (ETH_HLEN + 8)
#define AT_IP6_PAYLOAD (ETH_HLEN + 40)

/* Headers behind IPv6's, and the one with the options of every router, which is as long as the fragments' here. */
#define NEXT_HOP_OPTIONS 0
#define NEXT_TCP 6
#define NEXT_UDP 17
#define NEXT_FRAGMENT 44
#define NEXT_ICMP6 58
#define NEXT_UDP_LITE 136
#define EXTENSION_BYTES 8
#define FRAGMENT_OFFSET_MASK 0xfff8

/* Types of ICMPv6 (RFC 4443, 2710, 3810, 4861) */
#define ECHO_REQUEST 128
#define ECHO_REPLY 129
#define LISTENER_REPORT 131
#define LISTENER_DONE 132
#define LISTENER_REPORT_2 143
#define ROUTER_ADVERTISEMENT 134
#define NEIGHBOUR_ADVERTISEMENT 136
#define REDIRECT 137
#define AT_ADVERTISED 8

#define IDENTITIES_MAX 3

/* An IPv6 address, or all that end as it does. */
struct identity {
	uint8_t bytes[16];
	unsigned first_word; /* of those that count */
};

static void add(struct tap_filter *filter, uint16_t code, uint32_t k, uint8_t jump_true, uint8_t jump_false)
{
	filter->code[filter->length++] = (struct sock_filter){code, jump_true, jump_false, k};
}

static void verdict(struct tap_filter *filter, int action)
{
	add(filter, BPF_RET | BPF_K, (uint32_t)action, 0, 0);
}

static uint32_t word(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void load(struct tap_filter *filter, uint16_t size, uint32_t offset)
{
	add(filter, BPF_LD | size | BPF_ABS, offset, 0, 0);
}

/* The next instruction only for what was loaded last if it is that; others skip it. */
static void if_equal(struct tap_filter *filter, uint32_t value)
{
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
}

/* The same for all instructions up to block_end, which gets what this returns. */
static uint16_t block_begin(struct tap_filter *filter, uint32_t value)
{
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, value, 0, 0);
	return (uint16_t)(filter->length - 1);
}

static void block_end(struct tap_filter *filter, uint16_t begin)
{
	filter->code[begin].jf = (uint8_t)(filter->length - begin - 1);
}

/* Drops what was loaded last if it is something else. */
static void require(struct tap_filter *filter, uint32_t value)
{
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0);
	verdict(filter, TC_ACT_SHOT);
}

/* Drops what does not have this MAC at that offset. */
static void mac_require(struct tap_filter *filter, uint32_t offset, const uint8_t mac[6])
{
	load(filter, BPF_W, offset);
	require(filter, word(mac));
	load(filter, BPF_H, offset + 4);
	require(filter, (uint32_t)mac[4] << 8 | mac[5]);
}

/*
 * Of frames of that type: from this IPv4 address at that offset, or with is_nobody_too from 0. Any if it is not known.
 */
static void ip4_judge(struct tap_filter *filter, uint16_t type, uint32_t offset, const struct kernel_net_address *ip,
		      bool is_nobody_too)
{
	uint16_t block;

	load(filter, BPF_H, AT_TYPE);
	block = block_begin(filter, type);
	if (ip->family) {
		load(filter, BPF_W, offset);
		if (is_nobody_too) {
			if_equal(filter, 0);
			verdict(filter, TC_ACT_OK);
		}
		require(filter, word(ip->bytes));
	}
	verdict(filter, TC_ACT_OK);
	block_end(filter, block);
}

/* Drops what has none of these IPv6 addresses at that offset. */
static void ip6_require(struct tap_filter *filter, uint32_t offset, const struct identity *identities, unsigned count)
{
	uint16_t found[IDENTITIES_MAX];

	for (unsigned i = 0; i < count; i++) {
		uint16_t blocks[4];

		for (unsigned w = identities[i].first_word; w < 4; w++) {
			load(filter, BPF_W, offset + 4 * w);
			blocks[w] = block_begin(filter, word(identities[i].bytes + 4 * (size_t)w));
		}
		found[i] = filter->length;
		add(filter, BPF_JMP | BPF_JA, 0, 0, 0);
		for (unsigned w = identities[i].first_word; w < 4; w++)
			block_end(filter, blocks[w]);
	}
	verdict(filter, TC_ACT_SHOT);
	for (unsigned i = 0; i < count; i++)
		filter->code[found[i]].k = (uint32_t)(filter->length - found[i] - 1);
}

/* Ends with the verdict on a message of ICMPv6 whose type must be one of these. */
static void types_allow(struct tap_filter *filter, uint32_t offset, const uint8_t *types, unsigned count)
{
	load(filter, BPF_B, offset);
	for (unsigned i = 0; i < count; i++) {
		if_equal(filter, types[i]);
		verdict(filter, TC_ACT_OK);
	}
	verdict(filter, TC_ACT_SHOT);
}

static void icmp6_judge(struct tap_filter *filter, const struct identity *own, unsigned count)
{
	uint16_t block;

	load(filter, BPF_B, AT_IP6_PAYLOAD);
	if_equal(filter, ROUTER_ADVERTISEMENT);
	verdict(filter, TC_ACT_SHOT);
	if_equal(filter, REDIRECT);
	verdict(filter, TC_ACT_SHOT);
	block = block_begin(filter, NEIGHBOUR_ADVERTISEMENT);
	ip6_require(filter, AT_IP6_PAYLOAD + AT_ADVERTISED, own, count);
	block_end(filter, block);
	verdict(filter, TC_ACT_OK);
}

/* A message of the link in fragments is for nobody to believe (RFC 6980), but not everybody knows. */
static void fragment_judge(struct tap_filter *filter)
{
	static const uint8_t echoes[] = {ECHO_REQUEST, ECHO_REPLY};
	static const uint8_t others[] = {NEXT_TCP, NEXT_UDP, NEXT_UDP_LITE};
	uint16_t icmp, first;

	load(filter, BPF_B, AT_IP6_PAYLOAD);
	icmp = block_begin(filter, NEXT_ICMP6);
	load(filter, BPF_H, AT_IP6_PAYLOAD + 2);
	add(filter, BPF_ALU | BPF_AND | BPF_K, FRAGMENT_OFFSET_MASK, 0, 0);
	first = block_begin(filter, 0);
	types_allow(filter, AT_IP6_PAYLOAD + EXTENSION_BYTES, echoes, sizeof(echoes));
	block_end(filter, first);
	verdict(filter, TC_ACT_OK);
	block_end(filter, icmp);
	types_allow(filter, AT_IP6_PAYLOAD, others, sizeof(others));
}

/* Routers want to see who listens to what groups. */
static void hop_options_judge(struct tap_filter *filter)
{
	static const uint8_t reports[] = {LISTENER_REPORT, LISTENER_DONE, LISTENER_REPORT_2};

	load(filter, BPF_H, AT_IP6_PAYLOAD);
	require(filter, NEXT_ICMP6 << 8);
	types_allow(filter, AT_IP6_PAYLOAD + EXTENSION_BYTES, reports, sizeof(reports));
}

static void ip6_judge(struct tap_filter *filter, const struct identity *identities, unsigned count)
{
	static const uint8_t transports[] = {NEXT_TCP, NEXT_UDP, NEXT_UDP_LITE};
	uint16_t block;

	ip6_require(filter, AT_IP6_SENDER, identities, count);
	load(filter, BPF_B, AT_IP6_NEXT);
	block = block_begin(filter, NEXT_ICMP6);
	/* Nobody advertises that it has no address. */
	icmp6_judge(filter, identities + 1, count - 1);
	block_end(filter, block);
	block = block_begin(filter, NEXT_FRAGMENT);
	fragment_judge(filter);
	block_end(filter, block);
	block = block_begin(filter, NEXT_HOP_OPTIONS);
	hop_options_judge(filter);
	block_end(filter, block);
	types_allow(filter, AT_IP6_NEXT, transports, sizeof(transports));
}

/* The link-local address that follows from a MAC. */
static void link_local_make(const uint8_t mac[6], uint8_t out[16])
{
	const uint8_t bytes[16] = {0xfe,   0x80,   0,    0,    0,      0,      0,     0, (uint8_t)(mac[0] ^ 2),
				   mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]};

	memcpy(out, bytes, sizeof(bytes));
}

/* Nobody first. */
static unsigned identities_make(const struct kernel_net *net, struct identity identities[IDENTITIES_MAX])
{
	memset(identities, 0, IDENTITIES_MAX * sizeof(*identities));
	link_local_make(net->mac, identities[1].bytes);
	if (!net->ip6.family) {
		/* Advertised prefixes are not known beforehand. */
		identities[1].first_word = 2;
		return 2;
	}
	memcpy(identities[2].bytes, net->ip6.bytes, sizeof(identities[2].bytes));
	return 3;
}

void tap_filter_make(struct tap_filter *filter, const struct kernel_net *net)
{
	struct identity identities[IDENTITIES_MAX];
	unsigned count = identities_make(net, identities);
	uint16_t block;

	filter->length = 0;
	/* The guest's stack has no VLANs, and speaks ARP, IPv4 and IPv6 only. */
	load(filter, BPF_W, (uint32_t)(SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT));
	require(filter, 0);
	mac_require(filter, AT_SENDER_MAC, net->mac);
	/* DHCP is asked from 0, but with an address given nobody asks. */
	ip4_judge(filter, ETH_P_IP, AT_IP4_SENDER, &net->ip4, false);
	load(filter, BPF_H, AT_TYPE);
	block = block_begin(filter, ETH_P_ARP);
	mac_require(filter, AT_ARP_SENDER_MAC, net->mac);
	ip4_judge(filter, ETH_P_ARP, AT_ARP_SENDER, &net->ip4, true);
	block_end(filter, block);
	load(filter, BPF_H, AT_TYPE);
	require(filter, ETH_P_IPV6);
	ip6_judge(filter, identities, count);
}
