/* The few string functions that code without libc uses here. */
#include <stddef.h>
#include <string.h>

size_t strlen(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}

int strcmp(const char *left, const char *right)
{
	while (*left && *left == *right) {
		left++;
		right++;
	}
	return (unsigned char)*left - (unsigned char)*right;
}

int strncmp(const char *left, const char *right, size_t size)
{
	for (; size && *left == *right; left++, right++, size--) {
		if (!*left)
			return 0;
	}
	return size ? (unsigned char)*left - (unsigned char)*right : 0;
}
