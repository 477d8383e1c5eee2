/* The helper of --net user: its command line, and which frames it lets through to libslirp. */
#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>

#include "tender/slirp/arguments.h"
#include "tender/slirp/guard.h"
#include "tender/slirp/refuse.h"
#include "tests/unit/unit.h"

#define FRAME_BYTES 60

/* An Ethernet frame of that type, all zeroes behind it. */
static void frame_make(uint8_t frame[FRAME_BYTES], unsigned type)
{
	memset(frame, 0, FRAME_BYTES);
	frame[12] = (uint8_t)(type >> 8);
	frame[13] = (uint8_t)type;
}

static bool ip4_passes(const char *target)
{
	uint8_t frame[FRAME_BYTES];

	frame_make(frame, 0x0800);
	frame[14] = 0x45;
	assert_int_equal(inet_pton(AF_INET, target, frame + 30), 1);
	return guard_allows(frame, sizeof(frame));
}

static bool ip6_passes(const char *target, uint8_t next, uint8_t first)
{
	uint8_t frame[FRAME_BYTES];

	frame_make(frame, 0x86dd);
	frame[14] = 0x60;
	frame[20] = next;
	frame[54] = first;
	assert_int_equal(inet_pton(AF_INET6, target, frame + 38), 1);
	return guard_allows(frame, sizeof(frame));
}

static void test_ip4(void **state)
{
	static const char *const good[] = {"10.0.2.2",  "192.0.2.1",   "8.8.8.8",        "126.255.255.255",
					   "128.0.0.1", "169.253.0.1", "223.255.255.255"};
	static const char *const bad[] = {"127.0.0.1", "127.0.0.53",      "127.255.255.255", "0.0.0.0",
					  "0.1.2.3",   "169.254.169.254", "224.0.0.251",     "255.255.255.255"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(ip4_passes(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (ip4_passes(bad[i]))
			fail_msg("%s passes", bad[i]);
	}
}

static void test_ip6(void **state)
{
	static const char *const bad[] = {"::1",     "::",      "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
					  "fe80::1", "fec0::1", "ff02::fb"};

	(void)state;
	assert_true(ip6_passes("fd00::2", 6, 0));
	assert_true(ip6_passes("2001:db8::1", 17, 0));
	assert_true(ip6_passes("ff02::2", 58, 133));
	assert_true(ip6_passes("fe80::2", 58, 136));
	/* What is no neighbour discovery: an echo request. */
	assert_false(ip6_passes("fe80::2", 58, 128));
	assert_false(ip6_passes("ff02::1", 58, 128));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (ip6_passes(bad[i], 6, 0))
			fail_msg("%s passes", bad[i]);
	}
	assert_false(ip6_passes("::1", 58, 135));
}

static void test_frames(void **state)
{
	uint8_t frame[FRAME_BYTES];

	(void)state;
	frame_make(frame, 0x0806);
	assert_true(guard_allows(frame, 42));
	assert_false(guard_allows(frame, 13));
	assert_false(guard_allows(frame, 0));
	/* Network cards' management, VLANs, and an IPv4 header where another should be. */
	frame_make(frame, 0x88f8);
	assert_false(guard_allows(frame, sizeof(frame)));
	frame_make(frame, 0x8100);
	assert_false(guard_allows(frame, sizeof(frame)));
	frame_make(frame, 0x86dd);
	frame[14] = 0x45;
	assert_false(guard_allows(frame, sizeof(frame)));
	frame_make(frame, 0x0800);
	frame[14] = 0x45;
	frame[30] = 10;
	assert_true(guard_allows(frame, 34));
	assert_false(guard_allows(frame, 33));
}

/* Padding does not pass; what says that it is longer than it is, passes as it is. */
static void test_padding(void **state)
{
	uint8_t frame[FRAME_BYTES];

	(void)state;
	frame_make(frame, 0x0800);
	frame[17] = 41;
	assert_int_equal(guard_cut(frame, sizeof(frame)), 14 + 41);
	assert_int_equal(guard_cut(frame, 14 + 41), 14 + 41);
	assert_int_equal(guard_cut(frame, 14 + 30), 14 + 30);
	frame[16] = 0xff;
	assert_int_equal(guard_cut(frame, sizeof(frame)), sizeof(frame));
	frame_make(frame, 0x86dd);
	frame[19] = 1;
	assert_int_equal(guard_cut(frame, sizeof(frame)), 14 + 40 + 1);
	frame[18] = 1;
	assert_int_equal(guard_cut(frame, sizeof(frame)), sizeof(frame));
	frame_make(frame, 0x0806);
	assert_int_equal(guard_cut(frame, sizeof(frame)), sizeof(frame));
}

static void published_expect(const char *text, int family, const char *address, unsigned host_port, unsigned guest_port,
			     bool is_udp)
{
	struct published published;
	struct error error = {0};
	char name[INET6_ADDRSTRLEN];
	const struct sockaddr_in *host4 = (const struct sockaddr_in *)&published.host;

	success_expect(text, published_parse(text, &published, &error), &error);
	assert_int_equal(published.host.sin6_family, family);
	assert_non_null(inet_ntop(
		family, family == AF_INET ? (const void *)&host4->sin_addr : (const void *)&published.host.sin6_addr,
		name, sizeof(name)));
	assert_string_equal(name, address);
	assert_int_equal(ntohs(published.host.sin6_port), host_port);
	assert_int_equal(published.guest_port, guest_port);
	assert_int_equal(published.is_udp, is_udp);
}

static void test_published(void **state)
{
	static const char *const bad[] = {"",       "80",         ":80",         "80:",         "0:80",
					  "80:0",   "65536:80",   "80:65536",    "80:80/sctp",  "80:80/",
					  "x:80",   "80:80x",     "1.2.3:80:80", "[::1:80:80",  "::1]:80:80",
					  ":80:80", "host:80:80", "-1:80",       "80-90:80-90", "1.2.3.4.5:1:1"};

	(void)state;
	published_expect("8080:80", AF_INET, "0.0.0.0", 8080, 80, false);
	published_expect("8080:80/tcp", AF_INET, "0.0.0.0", 8080, 80, false);
	published_expect("127.0.0.1:53:5353/udp", AF_INET, "127.0.0.1", 53, 5353, true);
	published_expect("[::1]:65535:1", AF_INET6, "::1", 65535, 1, false);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct published published;
		struct error error = {0};

		if (published_parse(bad[i], &published, &error) == 0)
			fail_msg("`%s' was taken", bad[i]);
		assert_non_null(strstr(error.text, "-p "));
	}
}

static int arguments_try(const char *ip, const char *ip6, struct arguments *arguments, struct error *error)
{
	char texts[6][64] = {"tend-slirp", "--link=3", "--ready=4", "--mtu=16384"};
	char *argv[7];

	snprintf(texts[4], sizeof(texts[4]), "--ip=%s", ip);
	snprintf(texts[5], sizeof(texts[5]), "--ip6=%s", ip6);
	for (int i = 0; i < 6; i++)
		argv[i] = texts[i];
	argv[6] = NULL;
	memset(error, 0, sizeof(*error));
	optind = 0;
	return arguments_parse(6, argv, arguments, error);
}

static void test_addresses(void **state)
{
	static const char *const bad[][2] = {
		{"10.0.2.2/24", "fd00::15/64"},   {"10.0.2.3/24", "fd00::15/64"}, {"10.0.2.0/24", "fd00::15/64"},
		{"10.0.2.255/24", "fd00::15/64"}, {"10.0.2.15/24", "fd00::2/64"}, {"10.0.2.15", "fd00::15/64"},
		{"10.0.2.15/30", "fd00::15/64"},  {"10.0.2.15/0", "fd00::15/64"}, {"10.0.2.15/24", "fd00::15/127"},
	};
	struct arguments arguments;
	struct error error;
	struct in_addr gateway;
	struct in6_addr gateway6;
	char text[INET6_ADDRSTRLEN];

	(void)state;
	success_expect("addresses", arguments_try("10.0.2.15/24", "fd00::15/64", &arguments, &error), &error);
	gateway = arguments_gateway(&arguments);
	gateway6 = arguments_gateway6(&arguments);
	assert_string_equal(inet_ntop(AF_INET, &gateway, text, sizeof(text)), "10.0.2.2");
	assert_string_equal(inet_ntop(AF_INET6, &gateway6, text, sizeof(text)), "fd00::2");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (arguments_try(bad[i][0], bad[i][1], &arguments, &error) == 0)
			fail_msg("%s and %s were taken", bad[i][0], bad[i][1]);
		assert_true(error.text[0]);
	}
}

/* A SYN from port 0x1234 to port 80, sequence number 0xffffffff, behind a header whose length is given. */
static size_t syn_make(uint8_t frame[128], unsigned type, const char *target, size_t header)
{
	uint8_t *tcp = frame + 14 + header;

	memset(frame, 0, 128);
	memcpy(frame, "\2\0\0\0\0\1\2\0\0\0\0\2", 12);
	frame[12] = (uint8_t)(type >> 8);
	frame[13] = (uint8_t)type;
	if (type == 0x0800) {
		frame[14] = (uint8_t)(0x40 | header / 4);
		frame[14 + 9] = 6;
		assert_int_equal(inet_pton(AF_INET, target, frame + 30), 1);
	} else {
		frame[14] = 0x60;
		frame[14 + 6] = 6;
		assert_int_equal(inet_pton(AF_INET6, target, frame + 38), 1);
	}
	memcpy(tcp, "\x12\x34\0\x50\xff\xff\xff\xff", 8);
	tcp[12] = 0x50;
	tcp[13] = 2;
	return 14 + header + 20;
}

static uint16_t sum_of(const uint8_t *bytes, size_t count, uint32_t sum)
{
	for (size_t i = 0; i < count; i++)
		sum += i & 1 ? bytes[i] : (uint32_t)bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static void refusal_expect(const struct arguments *arguments, unsigned type, const char *target, size_t header)
{
	size_t own = type == 0x0800 ? 20 : 40, address = type == 0x0800 ? 4 : 16;
	uint8_t frame[128], answer[REFUSE_FRAME_MAX];
	size_t bytes = syn_make(frame, type, target, header);
	const uint8_t *tcp = answer + 14 + own, *from = tcp - 2 * address;

	assert_int_equal(refuse_connection(arguments, frame, bytes, answer), 14 + own + 20);
	assert_memory_equal(answer, "\2\0\0\0\0\2\2\0\0\0\0\1", 12);
	assert_memory_equal(from, frame + (type == 0x0800 ? 30 : 38), address);
	assert_memory_equal(tcp, "\0\x50\x12\x34\0\0\0\0\0\0\0\0\x50\x14", 14);
	assert_int_equal(sum_of(tcp, 20, sum_of(from, 2 * address, 6 + 20)), 0xffff);
	if (type == 0x0800)
		assert_int_equal(sum_of(answer + 14, own, 0), 0xffff);
	for (size_t i = 0; i < bytes; i++)
		assert_int_equal(refuse_connection(arguments, frame, i, answer), 0);
}

static void test_refusals(void **state)
{
	uint8_t frame[128], answer[REFUSE_FRAME_MAX];
	struct arguments arguments;
	struct error error;
	size_t bytes;

	(void)state;
	success_expect("addresses", arguments_try("10.0.2.15/24", "fd00::15/64", &arguments, &error), &error);
	refusal_expect(&arguments, 0x0800, "10.0.2.2", 20);
	refusal_expect(&arguments, 0x0800, "10.0.2.3", 60);
	refusal_expect(&arguments, 0x86dd, "fd00::2", 40);
	refusal_expect(&arguments, 0x86dd, "fd00::3", 40);
	bytes = syn_make(frame, 0x0800, "10.0.2.4", 20);
	assert_int_equal(refuse_connection(&arguments, frame, bytes, answer), 0);
	bytes = syn_make(frame, 0x86dd, "fd00::1", 40);
	assert_int_equal(refuse_connection(&arguments, frame, bytes, answer), 0);
	/* Not the first segment of a connection, or not TCP, or a header that is too short to be one. */
	bytes = syn_make(frame, 0x0800, "10.0.2.2", 20);
	frame[14 + 20 + 13] = 0x12;
	assert_int_equal(refuse_connection(&arguments, frame, bytes, answer), 0);
	bytes = syn_make(frame, 0x0800, "10.0.2.2", 20);
	frame[14 + 9] = 17;
	assert_int_equal(refuse_connection(&arguments, frame, bytes, answer), 0);
	frame[14 + 9] = 6;
	frame[14] = 0x44;
	assert_int_equal(refuse_connection(&arguments, frame, bytes, answer), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ip4),       cmocka_unit_test(test_ip6),       cmocka_unit_test(test_frames),
		cmocka_unit_test(test_published), cmocka_unit_test(test_addresses), cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_padding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
