/* Internet addresses as text: see address.h. */
#include "tender/linux/address.h"

#include <string.h>

#include "tender/linux/say.h"
#include "tender/option.h"

#define GROUPS 8

/* A decimal number of at most `max` at *text, which is moved behind it. Leading zeroes would be octal to others. */
static bool number_parse(const char **text, unsigned max, unsigned *value)
{
	const char *c = *text;

	*value = 0;
	if (*c < '0' || *c > '9' || (c[0] == '0' && c[1] >= '0' && c[1] <= '9'))
		return false;
	for (; *c >= '0' && *c <= '9'; c++) {
		*value = *value * 10 + (unsigned)(*c - '0');
		if (*value > max)
			return false;
	}
	*text = c;
	return true;
}

/* Four decimal numbers; *text is moved behind them. */
static bool ip4_parse(const char **text, uint8_t bytes[4])
{
	for (unsigned i = 0; i < 4; i++) {
		unsigned value;

		if (i > 0 && *(*text)++ != '.')
			return false;
		if (!number_parse(text, 255, &value))
			return false;
		bytes[i] = (uint8_t)value;
	}
	return true;
}

/* One to four hexadecimal digits. */
static bool group_parse(const char **text, uint16_t *group)
{
	unsigned digits = 0;

	for (*group = 0; hex_digit(**text) >= 0; (*text)++) {
		if (++digits > 4)
			return false;
		*group = (uint16_t)(*group << 4 | hex_digit(**text));
	}
	return digits > 0;
}

/* Groups between colons, one "::" among them; *text is moved behind them. No IPv4 address at the end. */
static bool ip6_parse(const char **text, uint8_t bytes[16])
{
	uint16_t groups[GROUPS];
	int count = 0;
	int gap = -1; /* "::" stands before this group */
	const char *c = *text;

	for (;;) {
		if (gap < 0 && c[0] == ':' && c[1] == ':') {
			gap = count;
			c += 2;
			if (hex_digit(*c) < 0)
				break;
		} else if (count > 0 && *c++ != ':') {
			c--;
			break;
		}
		if (count == GROUPS || !group_parse(&c, &groups[count++]))
			return false;
	}
	if (gap < 0 ? count != GROUPS : count == GROUPS)
		return false;
	memset(bytes, 0, 16);
	for (int i = 0; i < count; i++) {
		int place = gap >= 0 && i >= gap ? GROUPS - count + i : i;

		bytes[2 * place] = (uint8_t)(groups[i] >> 8);
		bytes[2 * place + 1] = (uint8_t)groups[i];
	}
	*text = c;
	return true;
}

bool address_parse(const char *text, struct kernel_net_address *address)
{
	const char *rest = text;
	unsigned prefix_max = 32;

	memset(address, 0, sizeof(*address));
	address->family = ADDRESS_FAMILY_4;
	if (!ip4_parse(&rest, address->bytes)) {
		rest = text;
		prefix_max = 128;
		address->family = ADDRESS_FAMILY_6;
		if (!ip6_parse(&rest, address->bytes))
			return false;
	}
	address->prefix = ADDRESS_PREFIX_NONE;
	if (*rest == '/') {
		rest++;
		if (!number_parse(&rest, prefix_max, &address->prefix))
			return false;
	}
	return *rest == '\0';
}

bool address_equal(const struct kernel_net_address *a, const struct kernel_net_address *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool address_is_near(const struct kernel_net_address *a, const struct kernel_net_address *b)
{
	if (a->family != b->family)
		return false;
	for (unsigned bit = 0; bit < a->prefix; bit++) {
		if ((a->bytes[bit / 8] ^ b->bytes[bit / 8]) & 0x80 >> bit % 8)
			return false;
	}
	return true;
}

uint32_t address_number(const struct kernel_net_address *address)
{
	return (uint32_t)address->bytes[0] << 24 | (uint32_t)address->bytes[1] << 16 |
	       (uint32_t)address->bytes[2] << 8 | address->bytes[3];
}

struct kernel_net_address address_of_host(const struct kernel_net_address *network, uint32_t number)
{
	uint32_t mask = network->prefix ? UINT32_MAX << (32 - network->prefix) : 0;
	uint32_t value = (address_number(network) & mask) | number;

	return (struct kernel_net_address){
		.family = ADDRESS_FAMILY_4,
		.prefix = network->prefix,
		.bytes = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value},
	};
}

const char *address_text(const struct kernel_net_address *address, char out[ADDRESS_TEXT_BYTES])
{
	const uint8_t *bytes = address->bytes;
	size_t length = 0;

	if (address->family == ADDRESS_FAMILY_4) {
		text_make(out, ADDRESS_TEXT_BYTES, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
		return out;
	}
	for (int i = 0; i < GROUPS; i++)
		length += text_make(out + length, ADDRESS_TEXT_BYTES - length, "%s%x", i ? ":" : "",
				    (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1]);
	return out;
}
