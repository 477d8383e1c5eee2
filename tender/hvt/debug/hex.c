/* Hexadecimal numbers of the remote protocol. */
#include "tender/hvt/debug/gdb.h"

#include "tender/option.h"

bool hex_parse(const char **text, uint64_t *number)
{
	const char *start = *text;

	*number = 0;
	for (int digit; (digit = hex_digit(**text)) >= 0; ++*text) {
		if (*number >> 60)
			return false;
		*number = *number << 4 | (uint64_t)digit;
	}
	return *text != start;
}

void hex_write(char *to, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		*to++ = "0123456789abcdef"[bytes[i] >> 4];
		*to++ = "0123456789abcdef"[bytes[i] & 15];
	}
}

bool hex_read(uint8_t *bytes, size_t size, const char *from)
{
	for (size_t i = 0; i < size; i++) {
		int high = hex_digit(from[2 * i]);
		int low = high < 0 ? -1 : hex_digit(from[2 * i + 1]);

		if (low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}
