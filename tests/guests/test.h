/* What test unikernels share: printing, and one way to say how it went. */
#ifndef TESTS_GUESTS_TEST_H
#define TESTS_GUESTS_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "solo5.h"

static inline void puts(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	solo5_console_write(text, length);
}

static inline void put_number(uint64_t number)
{
	char digits[21];
	size_t i = sizeof(digits) - 1;

	digits[i] = '\0';
	do {
		digits[--i] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	puts(digits + i);
}

/* Decimal digits at the front of the text. */
static inline unsigned number_parse(const char *text)
{
	unsigned number = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		number = number * 10 + (unsigned)(*text - '0');
	return number;
}

/* Ends the unikernel when the condition does not hold: its text and status 1. */
#define CHECK(condition)                                                                                               \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			puts("FAILURE: " #condition "\n");                                                             \
			solo5_exit(SOLO5_EXIT_FAILURE);                                                                \
		}                                                                                                      \
	} while (0)

static inline int success(void)
{
	puts("SUCCESS\n");
	return SOLO5_EXIT_SUCCESS;
}

/* Reached only where a defence did not hold. */
static inline int survived(void)
{
	puts("FAILURE: survived\n");
	return SOLO5_EXIT_FAILURE;
}

static inline bool text_equal(const char *left, const char *right)
{
	while (*left && *left == *right) {
		left++;
		right++;
	}
	return *left == *right;
}

#endif
