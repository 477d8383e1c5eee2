/* The memory functions that the compiler may call, for code without libc. The library kernel has its own (arch/). */
#include <stddef.h>
#include <string.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	unsigned char *t = to;
	const unsigned char *f = from;

	while (size--)
		*t++ = *f++;
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	unsigned char *t = to;
	const unsigned char *f = from;

	if (t < f) {
		while (size--)
			*t++ = *f++;
	} else {
		while (size--)
			t[size] = f[size];
	}
	return to;
}

void *memset(void *to, int value, size_t size)
{
	unsigned char *t = to;

	while (size--)
		*t++ = (unsigned char)value;
	return to;
}

int memcmp(const void *left, const void *right, size_t size)
{
	const unsigned char *l = left;
	const unsigned char *r = right;

	for (; size; l++, r++, size--) {
		if (*l != *r)
			return *l - *r;
	}
	return 0;
}
