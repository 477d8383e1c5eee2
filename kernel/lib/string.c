/* The string functions of the kernel that freestanding/string.c does not have. */
#include "kernel/lib/string.h"

#include <stdint.h>

void *memchr(const void *bytes, int value, size_t size)
{
	const unsigned char *at = bytes;

	for (; size; at++, size--) {
		if (*at == (unsigned char)value)
			return (void *)(uintptr_t)at;
	}
	return NULL;
}

size_t strnlen(const char *text, size_t size)
{
	size_t length = 0;

	while (length < size && text[length])
		length++;
	return length;
}

char *strchr(const char *text, int c)
{
	for (;; text++) {
		if (*text == (char)c)
			return (char *)(uintptr_t)text;
		if (!*text)
			return NULL;
	}
}

char *strrchr(const char *text, int c)
{
	const char *found = NULL;

	for (;; text++) {
		if (*text == (char)c)
			found = text;
		if (!*text)
			return (char *)(uintptr_t)found;
	}
}
