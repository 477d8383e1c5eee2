/* The kernel's memory and string functions against libc's, at all small sizes, offsets and distances. */
#define memcpy kernel_memcpy
#define memmove kernel_memmove
#define memset kernel_memset
#define memcmp kernel_memcmp
#define memchr kernel_memchr
#define strnlen kernel_strnlen
#define strchr kernel_strchr
#define strrchr kernel_strrchr
#include "kernel/arch/x86_64/memory.c"
#include "kernel/lib/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef memchr
#undef strnlen
#undef strchr
#undef strrchr

#include <stdlib.h>

#include "unit.h"

void *memmove(void *to, const void *from, size_t size);

#define SIZE 400

static unsigned char ours[SIZE];
static unsigned char theirs[SIZE];

static void buffers_fill(void)
{
	for (size_t i = 0; i < SIZE; i++)
		ours[i] = theirs[i] = (unsigned char)(i * 7 + i / 256);
}

static void test_copy(void **state)
{
	(void)state;
	for (size_t size = 0; size < 150; size++) {
		for (size_t offset = 0; offset < 20; offset++) {
			buffers_fill();
			assert_ptr_equal(kernel_memcpy(ours + 200 + offset, ours + 5, size), ours + 200 + offset);
			for (size_t i = 0; i < size; i++)
				theirs[200 + offset + i] = theirs[5 + i];
			assert_memory_equal(ours, theirs, SIZE);
		}
	}
}

static void test_move(void **state)
{
	(void)state;
	for (size_t size = 0; size < 150; size++) {
		for (size_t to = 0; to < 250; to += to < 180 ? 1 : 7) {
			buffers_fill();
			assert_ptr_equal(kernel_memmove(ours + to, ours + 100, size), ours + to);
			memmove(theirs + to, theirs + 100, size);
			assert_memory_equal(ours, theirs, SIZE);
		}
	}
}

static void test_set(void **state)
{
	(void)state;
	for (size_t size = 0; size < 150; size++) {
		for (size_t offset = 0; offset < 9; offset++) {
			buffers_fill();
			assert_ptr_equal(kernel_memset(ours + offset, 0x1a5, size), ours + offset);
			for (size_t i = 0; i < size; i++)
				theirs[offset + i] = 0xa5;
			assert_memory_equal(ours, theirs, SIZE);
		}
	}
}

static void test_compare(void **state)
{
	(void)state;
	for (size_t size = 0; size < 70; size++) {
		buffers_fill();
		assert_int_equal(kernel_memcmp(ours, theirs, size), 0);
		for (size_t i = 0; i < size; i++) {
			ours[i]++;
			assert_int_equal(kernel_memcmp(ours, theirs, size) > 0, ours[i] > theirs[i]);
			assert_int_not_equal(kernel_memcmp(ours, theirs, size), 0);
			assert_int_equal(kernel_memcmp(ours, theirs, i), 0);
			ours[i]--;
		}
	}
}

static void test_search(void **state)
{
	const char *text = "one/two/three";

	(void)state;
	assert_ptr_equal(kernel_strchr(text, '/'), text + 3);
	assert_ptr_equal(kernel_strrchr(text, '/'), text + 7);
	assert_ptr_equal(kernel_strchr(text, 0), text + 13);
	assert_ptr_equal(kernel_strrchr(text, 0), text + 13);
	assert_null(kernel_strchr(text, 'x'));
	assert_null(kernel_strrchr(text, 'x'));
	assert_ptr_equal(kernel_memchr(text, 't', 13), text + 4);
	assert_null(kernel_memchr(text, 't', 4));
	assert_int_equal(kernel_strnlen(text, 5), 5);
	assert_int_equal(kernel_strnlen(text, 50), 13);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copy),    cmocka_unit_test(test_move),   cmocka_unit_test(test_set),
		cmocka_unit_test(test_compare), cmocka_unit_test(test_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
