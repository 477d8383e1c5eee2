/* Formatting without libc: every conversion, the length modifiers, and what happens at the end of the buffer. */
#include "freestanding/format.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/unit.h"

/* Formats into a buffer of exactly `size` bytes, so that the address sanitizer sees a write behind it. */
__attribute__((format(printf, 3, 4))) static size_t text_format(char *out, size_t size, const char *format, ...)
{
	char *exact = malloc(size);
	va_list args;
	size_t length;

	assert_non_null(exact);
	va_start(args, format);
	length = format_text(exact, size, format, args);
	va_end(args);
	memcpy(out, exact, size);
	free(exact);
	return length;
}

#define FORMAT_EXPECT(expected, ...)                                                                                   \
	do {                                                                                                           \
		char out[256];                                                                                         \
		size_t length = text_format(out, sizeof(out), __VA_ARGS__);                                            \
                                                                                                                       \
		assert_string_equal(out, expected);                                                                    \
		assert_int_equal(length, strlen(expected));                                                            \
	} while (0)

static void plain_text_is_copied(void **state)
{
	(void)state;
	FORMAT_EXPECT("", "%s", "");
	FORMAT_EXPECT("100% \n", "100%% \n");
	FORMAT_EXPECT("%%", "%%%%");
}

static void strings_are_formatted(void **state)
{
	static const char unterminated[3] = {'a', 'b', 'c'};

	(void)state;
	FORMAT_EXPECT("<one two>", "<%s %s>", "one", "two");
	FORMAT_EXPECT("<abc>", "<%.*s>", 3, unterminated);
	FORMAT_EXPECT("<ab>", "<%.*s>", 9, "ab");
	FORMAT_EXPECT("<>", "<%.*s>", 0, "ab");
	FORMAT_EXPECT("<whole>", "<%.*s>", -1, "whole"); /* as printf: no limit */
	FORMAT_EXPECT("x=y", "%c=%c", 'x', 'y');
}

static void numbers_are_formatted(void **state)
{
	(void)state;
	FORMAT_EXPECT("0 0 0", "%d %u %x", 0, 0u, 0u);
	FORMAT_EXPECT("-1 4294967295 ffffffff", "%d %u %x", -1, UINT_MAX, UINT_MAX);
	FORMAT_EXPECT("2147483647 -2147483648", "%d %d", INT_MAX, INT_MIN);
	FORMAT_EXPECT("9223372036854775807 -9223372036854775808", "%ld %ld", LONG_MAX, LONG_MIN);
	FORMAT_EXPECT("18446744073709551615 ffffffffffffffff", "%lu %lx", ULONG_MAX, ULONG_MAX);
	FORMAT_EXPECT("123456789abcdef 18446744073709551615", "%llx %zu", 0x123456789abcdefull, SIZE_MAX);
	FORMAT_EXPECT("7 -8 9", "%d %ld %u", 7, -8l, 9u);
}

static void widths_are_filled(void **state)
{
	(void)state;
	FORMAT_EXPECT("<    7|7    |00007>", "<%5d|%-5d|%05d>", 7, 7, 7);
	FORMAT_EXPECT("<  -7|-7  |-007>", "<%4d|%-4d|%04d>", -7, -7, -7);
	FORMAT_EXPECT("<ff|0f|        deadbeef|17>", "<%02x|%02x|%16lx|%o>", 255u, 15u, 0xdeadbeeful, 15u);
	FORMAT_EXPECT("<name    |    name|longer>", "<%-8s|%8s|%3s>", "name", "name", "longer");
	FORMAT_EXPECT("<  ab|ab  >", "<%4.*s|%-4.*s>", 2, "abc", 2, "abc");
}

/* Every length up to the buffer's: never a byte more, always a NUL. */
static void long_text_is_cut(void **state)
{
	static const char whole[] = "abc-2147483648deadbeef%z";

	(void)state;
	for (size_t size = 1; size < sizeof(whole) + 3; size++) {
		char out[sizeof(whole) + 3];
		size_t length = text_format(out, size, "%s%d%x%%%c", "abc", INT_MIN, 0xdeadbeef, 'z');
		size_t expected = size < sizeof(whole) ? size - 1 : sizeof(whole) - 1;

		assert_int_equal(length, expected);
		assert_memory_equal(out, whole, expected);
		assert_int_equal(out[expected], '\0');
	}
}

/* A format the compiler would refuse: the bindings may be handed one by a program. */
static size_t lone_percent_format(char *out, size_t size, ...)
{
	va_list args;
	size_t length;

	va_start(args, size);
	length = format_text(out, size, "ab%l", args);
	va_end(args);
	return length;
}

static void lone_percent_at_the_end_is_dropped(void **state)
{
	char out[8];

	(void)state;
	assert_int_equal(lone_percent_format(out, sizeof(out)), 2);
	assert_string_equal(out, "ab");
}

static void random_numbers_agree_with_libc(void **state)
{
	uint64_t value = 0x123456789abcdef1;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		unsigned long number;
		char expected[128];

		value = value * 6364136223846793005u + 1442695040888963407u;
		number = value >> (i % 64);
		snprintf(expected, sizeof(expected), "%lu %ld %lx %u %d %x", number, (long)number, number,
			 (unsigned)number, (int)number, (unsigned)number);
		FORMAT_EXPECT(expected, "%lu %ld %lx %u %d %x", number, (long)number, number, (unsigned)number,
			      (int)number, (unsigned)number);
	}
}

static void error_text_is_cut(void **state)
{
	struct error error = {0};
	char name[ERROR_TEXT_MAX + 10];

	(void)state;
	memset(name, 'k', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(error_set(&error, "%s: Could not open: %s", name, "why"), -1);
	assert_int_equal(strlen(error.text), ERROR_TEXT_MAX - 1);
	assert_int_equal(error_set(&error, "shorter"), -1);
	assert_string_equal(error.text, "shorter");
}

static void error_names_are_libcs(void **state)
{
	(void)state;
	for (int number = 1; number <= 133; number++) {
		const char *name = strerror(number);

		assert_string_equal(error_name(number), strncmp(name, "Unknown", 7) == 0 ? "Unknown error" : name);
	}
	assert_string_equal(error_name(-1), "Unknown error");
	assert_string_equal(error_name(4095), "Unknown error");
	assert_string_equal(error_name(LONG_MAX), "Unknown error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_is_copied),
		cmocka_unit_test(strings_are_formatted),
		cmocka_unit_test(numbers_are_formatted),
		cmocka_unit_test(widths_are_filled),
		cmocka_unit_test(long_text_is_cut),
		cmocka_unit_test(lone_percent_at_the_end_is_dropped),
		cmocka_unit_test(random_numbers_agree_with_libc),
		cmocka_unit_test(error_text_is_cut),
		cmocka_unit_test(error_names_are_libcs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
