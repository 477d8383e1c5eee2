/* What the filter of a guest's tap lets through, in an interpreter of the few instructions that it has. */
#include <arpa/inet.h>
#include <linux/pkt_cls.h>

#include "tender/linux/tap_filter.h"
#include "tests/unit/unit.h"

#define FRAME_BYTES 128
#define PAYLOAD 54
#define LINK_LOCAL "fe80::ff:fe00:1"

static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};

static uint32_t load(const uint8_t *frame, uint16_t size, uint32_t offset)
{
	uint32_t value = 0;

	/* What is not in the frame: no VLAN. */
	if ((int32_t)offset < 0)
		return 0;
	for (unsigned i = 0; i < (size == BPF_W ? 4 : size == BPF_H ? 2 : 1); i++)
		value = value << 8 | frame[offset + i];
	return value;
}

static bool passes(const struct tap_filter *filter, const uint8_t frame[FRAME_BYTES])
{
	uint32_t value = 0;

	for (unsigned at = 0; at < filter->length; at++) {
		const struct sock_filter *step = &filter->code[at];

		if (BPF_CLASS(step->code) == BPF_LD)
			value = load(frame, BPF_SIZE(step->code), step->k);
		else if (step->code == (BPF_ALU | BPF_AND | BPF_K))
			value &= step->k;
		else if (step->code == (BPF_JMP | BPF_JEQ | BPF_K))
			at += value == step->k ? step->jt : step->jf;
		else if (step->code == (BPF_JMP | BPF_JA))
			at += step->k;
		else if (step->code == (BPF_RET | BPF_K))
			return step->k == TC_ACT_OK;
		else
			fail_msg("instruction %u is unknown", at);
	}
	fail_msg("no verdict");
	return false;
}

/* With addresses, or with none: DHCP and router advertisements. */
static void filter_make(struct tap_filter *filter, bool has_addresses)
{
	struct kernel_net net = {0};

	memcpy(net.mac, mac, sizeof(mac));
	if (has_addresses) {
		net.ip4.family = AF_INET;
		net.ip6.family = AF_INET6;
		assert_int_equal(inet_pton(AF_INET, "10.0.0.5", net.ip4.bytes), 1);
		assert_int_equal(inet_pton(AF_INET6, "fd00::5", net.ip6.bytes), 1);
	}
	tap_filter_make(filter, &net);
	assert_in_range(filter->length, 1, TAP_FILTER_MAX);
}

static void frame_make(uint8_t frame[FRAME_BYTES], unsigned type)
{
	memset(frame, 0, FRAME_BYTES);
	memcpy(frame + 6, mac, sizeof(mac));
	frame[12] = (uint8_t)(type >> 8);
	frame[13] = (uint8_t)type;
}

static void ip6_make(uint8_t frame[FRAME_BYTES], const char *sender, uint8_t next, uint8_t first)
{
	frame_make(frame, 0x86dd);
	frame[14] = 0x60;
	frame[20] = next;
	frame[PAYLOAD] = first;
	assert_int_equal(inet_pton(AF_INET6, sender, frame + 22), 1);
}

static bool ip6_passes(const struct tap_filter *filter, const char *sender, uint8_t next, uint8_t first)
{
	uint8_t frame[FRAME_BYTES];

	ip6_make(frame, sender, next, first);
	return passes(filter, frame);
}

static bool advertisement_passes(const struct tap_filter *filter, const char *address)
{
	uint8_t frame[FRAME_BYTES];

	ip6_make(frame, LINK_LOCAL, 58, 136);
	assert_int_equal(inet_pton(AF_INET6, address, frame + PAYLOAD + 8), 1);
	return passes(filter, frame);
}

/* Behind an extension header of eight bytes: its next header and third and fourth byte, and a type of ICMPv6. */
static bool extension_passes(const struct tap_filter *filter, uint8_t extension, uint8_t next, unsigned offset,
			     uint8_t type)
{
	uint8_t frame[FRAME_BYTES];

	ip6_make(frame, LINK_LOCAL, extension, next);
	frame[PAYLOAD + 2] = (uint8_t)(offset >> 8);
	frame[PAYLOAD + 3] = (uint8_t)offset;
	frame[PAYLOAD + 8] = type;
	return passes(filter, frame);
}

static void test_ip4(void **state)
{
	struct tap_filter filter;
	uint8_t frame[FRAME_BYTES];

	(void)state;
	filter_make(&filter, true);
	frame_make(frame, 0x0800);
	assert_false(passes(&filter, frame));
	memcpy(frame + 26, "\x0a\0\0\5", 4);
	assert_true(passes(&filter, frame));
	frame[6] ^= 4;
	assert_false(passes(&filter, frame));
	frame_make(frame, 0x0806);
	assert_false(passes(&filter, frame));
	memcpy(frame + 22, mac, sizeof(mac));
	assert_true(passes(&filter, frame));
	memcpy(frame + 28, "\x0a\0\0\5", 4);
	assert_true(passes(&filter, frame));
	frame[31] = 1;
	assert_false(passes(&filter, frame));
	filter_make(&filter, false);
	assert_true(passes(&filter, frame));
	frame_make(frame, 0x8100);
	assert_false(passes(&filter, frame));
}

static void test_ip6_senders(void **state)
{
	static const char *const others[] = {"fe80::1", "fd00::6", "2001:db8::ff:fe00:2"};
	struct tap_filter filter;

	(void)state;
	filter_make(&filter, true);
	assert_true(ip6_passes(&filter, "::", 58, 135));
	assert_true(ip6_passes(&filter, LINK_LOCAL, 17, 0));
	assert_true(ip6_passes(&filter, "fd00::5", 6, 0));
	assert_false(ip6_passes(&filter, "fd00::ff:fe00:1", 6, 0));
	for (unsigned i = 0; i < 3; i++)
		assert_false(ip6_passes(&filter, others[i], 6, 0));
	/* Whatever is advertised, the address ends as the MAC says. */
	filter_make(&filter, false);
	assert_true(ip6_passes(&filter, "::", 58, 135));
	assert_true(ip6_passes(&filter, LINK_LOCAL, 58, 133));
	assert_true(ip6_passes(&filter, "2001:db8::ff:fe00:1", 6, 0));
	for (unsigned i = 0; i < 3; i++)
		assert_false(ip6_passes(&filter, others[i], 6, 0));
}

static void test_icmp6(void **state)
{
	struct tap_filter filter;

	(void)state;
	for (int has_addresses = 0; has_addresses < 2; has_addresses++) {
		filter_make(&filter, has_addresses);
		for (unsigned type = 0; type < 256; type++)
			assert_int_equal(ip6_passes(&filter, LINK_LOCAL, 58, (uint8_t)type),
					 type != 134 && type != 136 && type != 137);
		assert_true(advertisement_passes(&filter, LINK_LOCAL));
		assert_false(advertisement_passes(&filter, "fe80::1"));
		assert_false(advertisement_passes(&filter, "fd00::1"));
		assert_false(advertisement_passes(&filter, "::"));
		assert_int_equal(advertisement_passes(&filter, "fd00::5"), has_addresses);
		assert_int_equal(advertisement_passes(&filter, "2001:db8::ff:fe00:1"), !has_addresses);
	}
}

static void test_extensions(void **state)
{
	struct tap_filter filter;

	(void)state;
	filter_make(&filter, true);
	for (unsigned next = 0; next < 256; next++)
		assert_int_equal(ip6_passes(&filter, LINK_LOCAL, (uint8_t)next, 0),
				 next == 6 || next == 17 || next == 58 || next == 136);
	for (unsigned type = 0; type < 256; type++) {
		assert_int_equal(extension_passes(&filter, 0, 58, 0, (uint8_t)type),
				 type == 131 || type == 132 || type == 143);
		assert_int_equal(extension_passes(&filter, 44, 58, 1, (uint8_t)type), type == 128 || type == 129);
		assert_false(extension_passes(&filter, 60, 58, 0, (uint8_t)type));
		assert_false(extension_passes(&filter, 43, 58, 0, (uint8_t)type));
	}
	/* Behind the first fragment there is no type. */
	assert_true(extension_passes(&filter, 44, 58, 8, 134));
	for (unsigned next = 0; next < 256; next++) {
		assert_int_equal(extension_passes(&filter, 44, (uint8_t)next, 1, 0),
				 next == 6 || next == 17 || next == 136);
		if (next != 58)
			assert_false(extension_passes(&filter, 0, (uint8_t)next, 0, 131));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ip4),
		cmocka_unit_test(test_ip6_senders),
		cmocka_unit_test(test_icmp6),
		cmocka_unit_test(test_extensions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
