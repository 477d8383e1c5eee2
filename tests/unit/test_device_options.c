/* The options of devices, --net, --net-mac, --block and --block-sector-size, against a manifest. Nothing is opened. */
#include "tender/options.h"

#include <stdio.h>

#include "tests/unit/unit.h"

#define LONG_NAME "a1234567890123456789012345678901234567890123456789012345678901234zZ" /* 67 characters */

#define SECTOR_SIZE_MESSAGE "Block size must be a multiple of 2 greater than or equal 512"

/* The manifest: a network n, a block device b, two devices of one name, a name of the largest length, a future type. */
static const struct mft declared = {
	.version = MFT_VERSION,
	.entries = 7,
	.e = {{.type = MFT_RESERVED_FIRST},
	      {.name = "n", .type = MFT_DEV_NET_BASIC},
	      {.name = "b", .type = MFT_DEV_BLOCK_BASIC},
	      {.name = "same", .type = MFT_DEV_NET_BASIC},
	      {.name = "same", .type = MFT_DEV_BLOCK_BASIC},
	      {.name = LONG_NAME, .type = MFT_DEV_NET_BASIC},
	      {.name = "future", .type = 77}},
};

static struct options options;
static struct error error;

_Static_assert(sizeof(LONG_NAME) == MFT_NAME_SIZE, "the longest name");

static int options_read(char *first, char *second)
{
	static char program[] = "tender";
	static char kernel[] = "kernel";
	static struct mft mft;
	char *argv[] = {program, first, second ? second : kernel, second ? kernel : NULL, NULL};

	mft = declared;
	memset(&options, 0, sizeof(options));
	memset(&error, 0, sizeof(error));
	return options_parse(second ? 4 : 3, argv, &mft, &options, &error);
}

/* Options keep pointers to what they are given: the text must outlive the call. */
static int option_read(const char *text)
{
	static char copy[512];

	assert_true(strlen(text) < sizeof(copy));
	strcpy(copy, text);
	return options_read(copy, NULL);
}

static void networks_are_named(void **state)
{
	(void)state;
	success_expect("a tap", option_read("--net:n=tap0"), &error);
	assert_string_equal(options.devices[1].attach, "tap0");
	success_expect("a descriptor", option_read("--net:n=@7"), &error);
	assert_string_equal(options.devices[1].attach, "@7");
	success_expect("one of two types", option_read("--net:same=t=1:2"), &error);
	assert_string_equal(options.devices[3].attach, "t=1:2");
	assert_null(options.devices[4].attach);
	success_expect("the longest name", option_read("--net:" LONG_NAME "=tap0"), &error);
	assert_string_equal(options.devices[5].attach, "tap0");
	for (unsigned i = 0; i < MFT_MAX_ENTRIES; i++)
		assert_true(i == 5 || !options.devices[i].attach);
}

static void block_devices_are_named(void **state)
{
	(void)state;
	success_expect("a path", option_read("--block:b=/tmp/a = b.img"), &error);
	assert_string_equal(options.devices[2].attach, "/tmp/a = b.img");
	assert_int_equal(options.devices[2].block_bytes, 0);
	success_expect("one of two types", option_read("--block:same=x"), &error);
	assert_string_equal(options.devices[4].attach, "x");
	assert_null(options.devices[3].attach);
}

static void last_option_wins(void **state)
{
	char first[] = "--net:n=tap0";
	char second[] = "--net:n=tap1";

	(void)state;
	success_expect("twice", options_read(first, second), &error);
	assert_ptr_equal(options.devices[1].attach, second + 8);
}

static void options_of_a_device_combine(void **state)
{
	char net[] = "--net:n=tap0";
	char mac[] = "--net-mac:n=02:00:00:00:00:01";
	char path[] = "--block:b=/p";
	char size[] = "--block-sector-size:b=4096";

	(void)state;
	success_expect("net and mac", options_read(mac, net), &error);
	assert_string_equal(options.devices[1].attach, "tap0");
	assert_true(options.devices[1].has_mac);
	success_expect("path and size", options_read(size, path), &error);
	assert_string_equal(options.devices[2].attach, "/p");
	assert_int_equal(options.devices[2].block_bytes, 4096);
}

static void addresses_are_decoded(void **state)
{
	static const struct {
		const char *option;
		uint8_t mac[6];
	} cases[] = {
		{"--net-mac:n=aa:bb:cc:dd:ee:ff", {0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}},
		{"--net-mac:n=AF:F0:01:10:99:00", {0xaf, 0xf0, 0x01, 0x10, 0x99, 0x00}},
		{"--net-mac:n=0:1:2:a:B:f", {0, 1, 2, 0xa, 0xb, 0xf}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		success_expect(cases[i].option, option_read(cases[i].option), &error);
		assert_true(options.devices[1].has_mac);
		assert_memory_equal(options.devices[1].mac, cases[i].mac, 6);
	}
	success_expect("no address", option_read("--net:n=tap0"), &error);
	assert_false(options.devices[1].has_mac);
}

static void sector_sizes_are_powers_of_two(void **state)
{
	(void)state;
	for (unsigned bytes = 0; bytes < 70000; bytes++) {
		char text[64];
		bool good = bytes >= 512 && bytes <= 32768 && (bytes & (bytes - 1)) == 0;

		snprintf(text, sizeof(text), "--block-sector-size:b=%u", bytes);
		if (good) {
			success_expect(text, option_read(text), &error);
			assert_int_equal(options.devices[2].block_bytes, bytes);
			continue;
		}
		error_expect(text, option_read(text), &error, SECTOR_SIZE_MESSAGE);
		assert_string_equal(error.option, text);
		assert_true(error.usage);
	}
}

/* 512 and 4096 in 16 and in 32 bits. */
static void large_sector_sizes_do_not_wrap(void **state)
{
	static const char *const large[] = {"--block-sector-size:b=66048", "--block-sector-size:b=4294967808",
					    "--block-sector-size:b=4294971392"};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(large); i++)
		error_expect(large[i], option_read(large[i]), &error, SECTOR_SIZE_MESSAGE);
}

/* Wrong in form: the option is named and the usage text helps. */
static void malformed_options_are_refused(void **state)
{
	static const char *const malformed[] = {
		"--net:",
		"--net:n",
		"--net:n=",
		"--net:=tap0",
		"--net:n:tap0",
		"--net:n-1=tap0",
		"--net: n=tap0",
		"--net:n\xc3\xa9=tap0",
		"--net:" LONG_NAME "x=tap0",
		"--block:b",
		"--block:b=",
		"--block:=p",
		"--net-mac:n",
		"--net-mac:n=",
		"--net-mac:n=aa:bb:cc:dd:ee",
		"--net-mac:n=aa:bb:cc:dd:ee:",
		"--net-mac:n=aa:bb:cc:dd:ee:fg",
		"--net-mac:n=aa:bb:cc:dd:ee:ff ",
		"--net-mac:n=aa:bb:cc:dd:ee:ff:00",
		"--net-mac:n=aa:bb:cc:dd:ee:fff",
		"--net-mac:n=aaa:bb:cc:dd:ee:ff",
		"--net-mac:n=aa-bb-cc-dd-ee-ff",
		"--net-mac:n=:aa:bb:cc:dd:ee",
		"--net-mac:n=aa::cc:dd:ee:ff",
		"--net-mac:n=0xa:bb:cc:dd:ee:ff",
		"--block-sector-size:b",
		"--block-sector-size:b=",
		"--block-sector-size:b=x",
		"--block-sector-size:b=512x",
		"--block-sector-size:b=-512",
		"--block-sector-size:b=9223372036854775808",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(malformed); i++) {
		error_expect(malformed[i], option_read(malformed[i]), &error, "");
		assert_true(error.usage);
		assert_string_equal(error.option, malformed[i]);
	}
}

/* Right in form, but of no device in the manifest of that type. */
static void undeclared_devices_are_refused(void **state)
{
	static const struct {
		const char *option;
		const char *message;
	} cases[] = {
		{"--net:x=tap0", "Resource not declared in manifest: 'x'"},
		{"--net:N=tap0", "Resource not declared in manifest: 'N'"},
		{"--net:nn=tap0", "Resource not declared in manifest: 'nn'"},
		{"--net:b=tap0", "Resource not declared in manifest: 'b'"},
		{"--net:future=tap0", "Resource not declared in manifest: 'future'"},
		{"--net-mac:b=aa:bb:cc:dd:ee:ff", "Resource not declared in manifest: 'b'"},
		{"--block:n=p", "Resource not declared in manifest: 'n'"},
		{"--block-sector-size:n=512", "Resource not declared in manifest: 'n'"},
		{"--block-sector-size:n=7", "Resource not declared in manifest: 'n'"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		error_expect(cases[i].option, option_read(cases[i].option), &error, cases[i].message);
		assert_false(error.usage);
		assert_null(error.option);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(networks_are_named),
		cmocka_unit_test(block_devices_are_named),
		cmocka_unit_test(last_option_wins),
		cmocka_unit_test(options_of_a_device_combine),
		cmocka_unit_test(addresses_are_decoded),
		cmocka_unit_test(sector_sizes_are_powers_of_two),
		cmocka_unit_test(large_sector_sizes_do_not_wrap),
		cmocka_unit_test(malformed_options_are_refused),
		cmocka_unit_test(undeclared_devices_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
