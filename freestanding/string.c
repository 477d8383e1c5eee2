/* The few string functions that code without libc uses here. */
#include <stddef.h>
#include <string.h>

size_t strlen(const char *s)
{
	size_t length = 0;

	while (s[length])
		length++;
	return length;
}

int strcmp(const char *s1, const char *s2)
{
	while (*s1 && *s1 == *s2) {
		s1++;
		s2++;
	}
	return (unsigned char)*s1 - (unsigned char)*s2;
}

int strncmp(const char *s1, const char *s2, size_t n)
{
	for (; n && *s1 == *s2; s1++, s2++, n--) {
		if (!*s1)
			return 0;
	}
	return n ? (unsigned char)*s1 - (unsigned char)*s2 : 0;
}
