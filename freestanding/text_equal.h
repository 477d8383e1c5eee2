/* String comparison without libc. */
#ifndef FREESTANDING_TEXT_EQUAL_H
#define FREESTANDING_TEXT_EQUAL_H

#include <stdbool.h>

static inline bool text_equal(const char *left, const char *right)
{
	while (*left && *left == *right) {
		left++;
		right++;
	}
	return *left == *right;
}

#endif
