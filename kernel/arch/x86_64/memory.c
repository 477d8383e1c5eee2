/*
 * The memory functions, in general registers only: vector registers belong to the application. Short blocks by
 * overlapping words, longer ones by the string instructions, which this decade's CPUs run at full width.
 */
#include "kernel/lib/string.h"

#include <stdint.h>

/* From here on the start-up time of the string instructions (some 20 cycles) pays. */
#define SHORT_BYTES 64

typedef uint64_t __attribute__((aligned(1), may_alias)) word64;
typedef uint32_t __attribute__((aligned(1), may_alias)) word32;
typedef uint16_t __attribute__((aligned(1), may_alias)) word16;

/* At most 16 bytes; all are read before any is written, so the blocks may overlap. */
static inline void move_16(unsigned char *to, const unsigned char *from, size_t size)
{
	if (size >= 8) {
		uint64_t first = *(const word64 *)from;
		uint64_t last = *(const word64 *)(from + size - 8);

		*(word64 *)to = first;
		*(word64 *)(to + size - 8) = last;
	} else if (size >= 4) {
		uint32_t first = *(const word32 *)from;
		uint32_t last = *(const word32 *)(from + size - 4);

		*(word32 *)to = first;
		*(word32 *)(to + size - 4) = last;
	} else if (size >= 2) {
		uint16_t first = *(const word16 *)from;
		uint16_t last = *(const word16 *)(from + size - 2);

		*(word16 *)to = first;
		*(word16 *)(to + size - 2) = last;
	} else if (size) {
		*to = *from;
	}
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	unsigned char *t = to;
	const unsigned char *f = from;

	if (size >= SHORT_BYTES) {
		__asm__ volatile("rep movsb" : "+D"(t), "+S"(f), "+c"(size)::"memory");
		return to;
	}
	for (; size > 16; size -= 16, t += 16, f += 16) {
		*(word64 *)t = *(const word64 *)f;
		*(word64 *)(t + 8) = *(const word64 *)(f + 8);
	}
	move_16(t, f, size);
	return to;
}

/* From the end, by words: the string instructions are slow in this direction. */
static void move_down(unsigned char *to, const unsigned char *from, size_t size)
{
	while (size > 16) {
		uint64_t high = *(const word64 *)(from + size - 8);
		uint64_t low = *(const word64 *)(from + size - 16);

		*(word64 *)(to + size - 8) = high;
		*(word64 *)(to + size - 16) = low;
		size -= 16;
	}
	move_16(to, from, size);
}

/* From the beginning, by words: for blocks too close to one another for memcpy. */
static void move_up(unsigned char *to, const unsigned char *from, size_t size)
{
	while (size > 16) {
		uint64_t low = *(const word64 *)from;
		uint64_t high = *(const word64 *)(from + 8);

		*(word64 *)to = low;
		*(word64 *)(to + 8) = high;
		to += 16;
		from += 16;
		size -= 16;
	}
	move_16(to, from, size);
}

void *memmove(void *to, const void *from, size_t size)
{
	uintptr_t ahead = (uintptr_t)to - (uintptr_t)from;
	uintptr_t behind = (uintptr_t)from - (uintptr_t)to;

	if (ahead >= size && behind >= SHORT_BYTES)
		return memcpy(to, from, size);
	if (ahead >= size)
		move_up(to, from, size);
	else
		move_down(to, from, size);
	return to;
}

void *memset(void *to, int value, size_t size)
{
	unsigned char *t = to;
	uint64_t word = 0x0101010101010101ull * (unsigned char)value;

	if (size >= SHORT_BYTES) {
		__asm__ volatile("rep stosb" : "+D"(t), "+c"(size) : "a"(value) : "memory");
		return to;
	}
	if (size < 8) {
		while (size--)
			*t++ = (unsigned char)value;
		return to;
	}
	for (; size > 8; size -= 8, t += 8)
		*(word64 *)t = word;
	*(word64 *)(t + size - 8) = word;
	return to;
}

int memcmp(const void *left, const void *right, size_t size)
{
	const unsigned char *l = left;
	const unsigned char *r = right;

	while (size >= 8 && *(const word64 *)l == *(const word64 *)r) {
		l += 8;
		r += 8;
		size -= 8;
	}
	for (; size; l++, r++, size--) {
		if (*l != *r)
			return *l - *r;
	}
	return 0;
}
