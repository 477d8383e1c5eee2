/* The memory functions that the compiler may call, for code without libc. The library kernel has its own (arch/). */
#include <stddef.h>
#include <string.h>

void *memcpy(void *restrict dest, const void *restrict src, size_t n)
{
	unsigned char *t = dest;
	const unsigned char *f = src;

	while (n--)
		*t++ = *f++;
	return dest;
}

void *memmove(void *dest, const void *src, size_t n)
{
	unsigned char *t = dest;
	const unsigned char *f = src;

	if (t < f) {
		while (n--)
			*t++ = *f++;
	} else {
		while (n--)
			t[n] = f[n];
	}
	return dest;
}

void *memset(void *s, int c, size_t n)
{
	unsigned char *t = s;

	while (n--)
		*t++ = (unsigned char)c;
	return s;
}

int memcmp(const void *s1, const void *s2, size_t n)
{
	const unsigned char *l = s1;
	const unsigned char *r = s2;

	for (; n; l++, r++, n--) {
		if (*l != *r)
			return *l - *r;
	}
	return 0;
}
