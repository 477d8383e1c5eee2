/* Text that grows, and what a failed allocation leaves. */
#include "kernel/lib/text.h"

#include <string.h>

#include "kernel/lib/print.h"
#include "tests/kernel/unit.h"

static void text_grows(void **state)
{
	struct text text = {0};

	(void)state;
	for (int i = 0; i < 10000; i++)
		text_print(&text, "%05d ", i);
	assert_false(text.failed);
	assert_int_equal(text.length, 60000);
	assert_memory_equal(text.data + 59994, "09999 ", 7);
	text_clear(&text);
	assert_null(text.data);
	assert_int_equal(text.length, 0);
}

static void long_lines_are_whole(void **state)
{
	static char line[5000];
	struct text text = {0};

	(void)state;
	memset(line, 'x', sizeof(line) - 1);
	for (size_t length = 250; length < sizeof(line); length += 7) {
		text_clear(&text);
		text_print(&text, "<%.*s>", (int)length, line);
		assert_int_equal(text.length, length + 2);
		assert_int_equal(text.data[length + 1], '>');
		assert_int_equal(text.data[length + 2], '\0');
	}
	text_clear(&text);
}

static void bytes_are_added_as_they_are(void **state)
{
	struct text text = {0};

	(void)state;
	text_add(&text, "a\0b", 3);
	text_add(&text, "", 0);
	text_add(&text, "c", 1);
	assert_int_equal(text.length, 4);
	assert_memory_equal(text.data, "a\0bc", 5);
	text_clear(&text);
}

static void formatting_says_what_was_written(void **state)
{
	char out[8];

	(void)state;
	assert_int_equal(text_format(out, sizeof(out), "%s", "123456789"), 7);
	assert_string_equal(out, "1234567");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_grows),
		cmocka_unit_test(long_lines_are_whole),
		cmocka_unit_test(bytes_are_added_as_they_are),
		cmocka_unit_test(formatting_says_what_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
