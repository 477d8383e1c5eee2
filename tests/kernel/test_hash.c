/* The keyed hash against values of an independent SipHash-1-3, itself checked against CPython's. */
#include <string.h>

#include "kernel/lib/hash.h"
#include "unit.h"

static const struct vector {
	uint64_t seed;
	const char *text;
	uint64_t hash;
} vectors[] = {
	{0, "", 0x5cb96f6ba2a4fcfc},
	{1, "a", 0x191effd3459c7e1d},
	{0x0123456789abcdef, "libc.so", 0xe70149921570114f},
	{5, "libc.so.6", 0xc4e265685ba012da},
	{UINT64_MAX, "x86_64-linux-gnu/libpython", 0x7fcfc184a57900c8},
};

static void key_set(uint8_t first)
{
	uint8_t key[16];

	for (unsigned i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)(first + i);
	hash_init(key);
}

static void test_bytes(void **state)
{
	(void)state;
	key_set(0);
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const struct vector *vector = &vectors[i];

		assert_int_equal(hash_bytes(vector->seed, vector->text, strlen(vector->text)), vector->hash);
	}
}

static void test_word(void **state)
{
	(void)state;
	key_set(0);
	assert_int_equal(hash_word(0), 0x5cb96f6ba2a4fcfc);
	assert_int_equal(hash_word(5), 0x4ed88d0383a95d2d);
	assert_int_equal(hash_word(UINT64_MAX), 0x823f307311453347);
}

static void test_key_matters(void **state)
{
	uint64_t hash;

	(void)state;
	key_set(0);
	hash = hash_bytes(1, "name", 4);
	key_set(1);
	assert_int_not_equal(hash_bytes(1, "name", 4), hash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_word),
		cmocka_unit_test(test_key_matters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
