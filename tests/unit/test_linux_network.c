/* The network options of tend-linux, and internet addresses as text. */
#include <arpa/inet.h>

#include "tender/linux/address.h"
#include "tender/linux/options.h"
#include "tests/unit/unit.h"

#define ARGUMENTS_MAX 10

static int parse(const char *const *network, struct network_options *out, struct error *error)
{
	struct linux_options options;
	char *argv[ARGUMENTS_MAX + 6] = {(char[]){"tend-linux"}, (char[]){"--kernel=k"}, (char[]){"--image=i"}};
	int argc = 3;
	int result;

	memset(error, 0, sizeof(*error));
	for (; *network; network++)
		argv[argc++] = (char *)(uintptr_t)*network;
	argv[argc++] = (char[]){"--"};
	argv[argc++] = (char[]){"p"};
	result = linux_options_parse(argc, argv, &options, error);
	*out = options.network;
	return result;
}

static void address_expect(const char *text, const struct kernel_net_address *address)
{
	uint8_t bytes[16] = {0};

	assert_int_equal(inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, bytes), 1);
	assert_memory_equal(bytes, address->bytes, sizeof(bytes));
}

static void test_none(void **state)
{
	const char *const nothing[] = {NULL};
	struct network_options network;
	struct error error;

	(void)state;
	success_expect("none", parse(nothing, &network, &error), &error);
	assert_int_equal(network.kind, NETWORK_NONE);
	assert_int_equal(network.net.fd, -1);
	assert_int_equal(network.net.flags, 0);
}

static void test_all(void **state)
{
	const char *const all[] = {"--net=tap=tap0",    "--ip=10.1.2.3/16",
				   "--ip6=fd00::5/48",  "--gateway=10.1.0.9",
				   "--gateway=fe80::1", "--mac-address=52:54:0:a:b:c",
				   "--mtu=9000",        "--dns=9.9.9.9",
				   "--dns=2001:db8::1", NULL};
	struct network_options network;
	struct error error;

	(void)state;
	success_expect("all", parse(all, &network, &error), &error);
	assert_int_equal(network.kind, NETWORK_TAP);
	assert_string_equal(network.interface, "tap0");
	address_expect("10.1.2.3", &network.net.ip4);
	assert_int_equal(network.net.ip4.prefix, 16);
	address_expect("fd00::5", &network.net.ip6);
	assert_int_equal(network.net.ip6.prefix, 48);
	address_expect("10.1.0.9", &network.net.gateway4);
	address_expect("fe80::1", &network.net.gateway6);
	address_expect("9.9.9.9", &network.net.name_servers[0]);
	address_expect("2001:db8::1", &network.net.name_servers[1]);
	assert_int_equal(network.net.name_servers[2].family, 0);
	assert_int_equal(network.net.mtu, 9000);
	assert_int_equal(network.net.mac[5], 12);
	assert_int_equal(network.net.flags, 0);
}

static void test_defaults(void **state)
{
	const char *const bridged[] = {"--net=tap,bridge=br0", NULL};
	const char *const routed[] = {"--net=tap", "--ip=10.9.8.7", NULL};
	const char *const first[] = {"--net=fd=5", "--ip=10.9.8.1", NULL};
	struct network_options network;
	struct error error;

	(void)state;
	success_expect("bridged", parse(bridged, &network, &error), &error);
	assert_int_equal(network.kind, NETWORK_TAP_NEW);
	assert_string_equal(network.bridge, "br0");
	assert_int_equal(network.net.flags, KERNEL_NET_DHCP | KERNEL_NET_SLAAC);
	success_expect("routed", parse(routed, &network, &error), &error);
	assert_int_equal(network.net.ip4.prefix, 24);
	address_expect("10.9.8.1", &network.net.gateway4);
	assert_int_equal(network.net.flags, KERNEL_NET_SLAAC);
	success_expect("first", parse(first, &network, &error), &error);
	assert_int_equal(network.net.gateway4.family, 0);
}

static void test_bad(void **state)
{
	static const char *const bad[][3] = {
		{"--net=", NULL, NULL},
		{"--net=user", NULL, NULL}, /* is not this tender's */
		{"--net=tap=", NULL, NULL},
		{"--net=tap=a/b", NULL, NULL},
		{"--net=tap=tend%d", NULL, NULL},
		{"--net=tap=sixteencharacter", NULL, NULL},
		{"--net=tap=..", NULL, NULL},
		{"--net=tap0", NULL, NULL},
		{"--net=tap,bridge=", NULL, NULL},
		{"--net=tap=t,bridge=b", NULL, NULL},
		{"--net=tap,bridge=b,x=y", NULL, NULL},
		{"--net=fd=", NULL, NULL},
		{"--net=tap", NULL, NULL},
		{"--ip=10.0.0.1", NULL, NULL},
		{"--dns=10.0.0.1", NULL, NULL},
		{"--net=tap", "--ip=10.0.0", NULL},
		{"--net=tap", "--ip=10.0.0.1.2", NULL},
		{"--net=tap", "--ip=10.0.0.256", NULL},
		{"--net=tap", "--ip=10.0.0.01", NULL},
		{"--net=tap", "--ip=10.0.0.0/24", NULL},
		{"--net=tap", "--ip=10.0.0.255/24", NULL},
		{"--net=tap", "--ip=10.0.0.1/33", NULL},
		{"--net=tap", "--ip=10.0.0.1/", NULL},
		{"--net=tap", "--ip=127.0.0.1/8", NULL},
		{"--net=tap", "--ip=224.0.0.1/8", NULL},
		{"--net=tap", "--ip=fd00::1", NULL},
		{"--net=tap=t", "--ip6=::1", NULL},
		{"--net=tap=t", "--ip6=::", NULL},
		{"--net=tap=t", "--ip6=ff02::1", NULL},
		{"--net=tap=t", "--gateway=10.0.0.1/24", NULL},
		{"--net=tap=t", "--dns=a.b", NULL},
		{"--net=tap=t", "--mac-address=01:00:5e:0:0:1", NULL},
		{"--net=tap=t", "--mac-address=0:0:0:0:0:0", NULL},
		{"--net=tap=t", "--mtu=575", NULL},
		{"--net=tap=t", "--mtu=65522", NULL},
	};
	const char *const conflict[] = {"--net=tap=t", "--ip=10.0.0.5", "--gateway=10.0.0.5", NULL};
	const char *const far[] = {"--net=tap=t", "--ip=10.0.0.5", "--gateway=10.0.1.5", NULL};
	const char *const many[] = {"--net=tap=t",   "--dns=1.1.1.1", "--dns=1.1.1.2",
				    "--dns=1.1.1.3", "--dns=1.1.1.4", NULL};
	struct network_options network;
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (parse(bad[i], &network, &error) == 0)
			fail_msg("%s %s was taken", bad[i][0], bad[i][1] ? bad[i][1] : "");
		assert_true(error.text[0]);
	}
	assert_int_equal(parse(conflict, &network, &error), -1);
	assert_non_null(strstr(error.text, "address conflict"));
	assert_int_equal(parse(far, &network, &error), -1);
	assert_int_equal(parse(many, &network, &error), -1);
}

/* Against libc's, and back. */
static void test_ip6_text(void **state)
{
	static const char *const good[] = {"::",
					   "::1",
					   "1::",
					   "1::2",
					   "1:2:3:4:5:6:7:8",
					   "1:2::7:8",
					   "fe80::1:0:0:2",
					   "::2:3:4:5:6:7:8",
					   "1:2:3:4:5:6:7::",
					   "ABCD::ef01"};
	static const char *const bad[] = {"",
					  ":",
					  ":::",
					  "1:::2",
					  "1::2::3",
					  "12345::",
					  "1:2:3:4:5:6:7",
					  "1:2:3:4:5:6:7:8:9",
					  "1:2:3:4::5:6:7:8:9",
					  "g::",
					  "1:",
					  ":1",
					  "::1%lo",
					  "::1/129",
					  "::1/",
					  "::1 "};
	struct kernel_net_address address;
	char text[ADDRESS_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (!address_parse(good[i], &address))
			fail_msg("%s was refused", good[i]);
		address_expect(good[i], &address);
		address_expect(address_text(&address, text), &address);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (address_parse(bad[i], &address))
			fail_msg("`%s' was taken", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none), cmocka_unit_test(test_all),      cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_bad),  cmocka_unit_test(test_ip6_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
