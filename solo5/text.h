/* String comparison without libc. */
#ifndef SOLO5_TEXT_H
#define SOLO5_TEXT_H

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
