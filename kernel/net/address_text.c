/* Internet addresses as text: see address_text.h. RFC 5952. */
#include "kernel/net/address_text.h"

#include "kernel/lib/print.h"
#include "kernel/net/socket.h"

#define GROUPS 8

static unsigned group(const uint8_t *bytes, unsigned i)
{
	return (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
}

/* The first of the longest runs of zero groups, two at least: where it begins, and its length, 0 if there is none. */
static unsigned zeroes_find(const uint8_t *bytes, unsigned *length)
{
	unsigned best = 0;

	*length = 0;
	for (unsigned i = 0; i < GROUPS; i++) {
		unsigned run = 0;

		while (i + run < GROUPS && group(bytes, i + run) == 0)
			run++;
		if (run > *length && run > 1) {
			best = i;
			*length = run;
		}
		i += run;
	}
	return best;
}

const char *net_address_text(unsigned family, const uint8_t *bytes, char out[NET_ADDRESS_TEXT_BYTES])
{
	unsigned gap_length;
	unsigned gap;
	size_t length = 0;

	if (family == AF_INET) {
		text_format(out, NET_ADDRESS_TEXT_BYTES, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
		return out;
	}
	gap = zeroes_find(bytes, &gap_length);
	for (unsigned i = 0; i < GROUPS; i++) {
		if (gap_length && i == gap) {
			length += text_format(out + length, NET_ADDRESS_TEXT_BYTES - length, "::");
			i += gap_length - 1;
			continue;
		}
		length += text_format(out + length, NET_ADDRESS_TEXT_BYTES - length,
				      i == 0 || (gap_length && i == gap + gap_length) ? "%x" : ":%x", group(bytes, i));
	}
	return out;
}
