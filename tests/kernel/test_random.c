/* The generator: RFC 8439's vectors for the block function, and that requests never repeat. */
#include "kernel/lib/random.h"

#include <string.h>

#include "kernel/lib/chacha.h"
#include "tests/kernel/unit.h"

static void hex_read(const char *hex, uint8_t *out)
{
	for (size_t i = 0; hex[2 * i]; i++) {
		unsigned value = 0;

		for (size_t k = 0; k < 2; k++) {
			char c = hex[2 * i + k];

			value = value * 16 + (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
		}
		out[i] = (uint8_t)value;
	}
}

/* RFC 8439: section 2.3.2, and appendix A.1 vectors 1 to 5. */
static const struct {
	const char *key, *nonce;
	uint32_t counter;
	const char *stream;
} vectors[] = {
	{"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "000000090000004a00000000", 1,
	 "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
	 "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e"},
	{"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", 0,
	 "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
	 "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586"},
	{"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", 1,
	 "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
	 "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f"},
	{"0000000000000000000000000000000000000000000000000000000000000001", "000000000000000000000000", 1,
	 "3aeb5224ecf849929b9d828db1ced4dd832025e8018b8160b82284f3c949aa5a"
	 "8eca00bbb4a73bdad192b5c42f73f2fd4e273644c8b36125a64addeb006c13a0"},
	{"00ff000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", 2,
	 "72d54dfbf12ec44b362692df94137f328fea8da73990265ec1bbbea1ae9af0ca"
	 "13b25aa26cb4a648cb9b9d1be65b2c0924a66c54d545ec1b7374f4872e99f096"},
	{"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000002", 0,
	 "c2c64d378cd536374ae204b9ef933fcd1a8b2288b3dfa49672ab765b54ee27c7"
	 "8a970e0e955c14f3a88e741b97c286f75f8fc299e8148362fa198a39531bed6d"},
};

static void blocks_are_as_specified(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		uint8_t out[CHACHA_BLOCK_BYTES], expected[CHACHA_BLOCK_BYTES];
		uint32_t key[8], nonce[3];

		hex_read(vectors[i].key, (uint8_t *)key);
		hex_read(vectors[i].nonce, (uint8_t *)nonce);
		hex_read(vectors[i].stream, expected);
		chacha_block(key, vectors[i].counter, nonce, out);
		assert_memory_equal(out, expected, sizeof(out));
	}
}

static void seed_is_wiped(void **state)
{
	static const uint8_t zeroes[64];
	uint8_t seed[64];

	(void)state;
	memset(seed, 7, sizeof(seed));
	random_init(seed, sizeof(seed));
	assert_memory_equal(seed, zeroes, sizeof(seed));
}

static void requests_do_not_repeat(void **state)
{
	uint8_t last[300] = {0};

	(void)state;
	for (size_t size = 16; size <= sizeof(last); size++) {
		uint8_t bytes[sizeof(last) + 1];

		bytes[size] = 0xa5;
		random_fill(bytes, size);
		assert_int_equal(bytes[size], 0xa5);
		assert_memory_not_equal(bytes, last, 16);
		assert_memory_not_equal(bytes + size - 8, bytes, 8);
		memcpy(last, bytes, size);
	}
}

/* Ones among 8 million bits: four standard deviations are 5657. */
static void bits_are_balanced(void **state)
{
	long ones = 0;

	(void)state;
	for (int i = 0; i < 125000; i++)
		ones += __builtin_popcountll(random_word());
	assert_in_range(ones, 4000000 - 5657, 4000000 + 5657);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_are_as_specified),
		cmocka_unit_test(seed_is_wiped),
		cmocka_unit_test(requests_do_not_repeat),
		cmocka_unit_test(bits_are_balanced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
