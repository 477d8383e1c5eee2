/* <stdlib.h> for lwIP, which wants one function of it, for a lookup by name that nobody calls. */
#ifndef KERNEL_NET_LWIP_STDLIB_H
#define KERNEL_NET_LWIP_STDLIB_H

static inline int atoi(const char *text)
{
	int value = 0;

	while (*text >= '0' && *text <= '9')
		value = value * 10 + (*text++ - '0');
	return value;
}

#endif
