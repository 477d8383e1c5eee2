/* What parsers of options share: see option.h. */
#include "tender/option.h"

#include "tender/manifest/manifest.h"

bool option_number(const char *text, uint64_t max, uint64_t *number)
{
	uint64_t value = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		uint64_t digit = (uint64_t)(*text - '0');

		if (*text < '0' || *text > '9' || value > (max - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*number = value;
	return value <= max;
}

bool option_mac(const char *text, uint8_t mac[6])
{
	for (int i = 0; i < 6; i++) {
		int digit = hex_digit(*text);

		if (digit < 0)
			return false;
		mac[i] = (uint8_t)digit;
		digit = hex_digit(*++text);
		if (digit >= 0) {
			mac[i] = (uint8_t)(mac[i] << 4 | digit);
			text++;
		}
		if (*text++ != (i == 5 ? '\0' : ':'))
			return false;
	}
	return true;
}

static bool is_name_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

int option_device(struct mft *mft, uint32_t type, const char *text, const char **value, struct error *error)
{
	const struct mft_entry *entry;
	size_t length = 0;

	while (is_name_char(text[length]))
		length++;
	if (length == 0 || length > MFT_NAME_MAX || text[length] != '=' || !text[length + 1]) {
		error->usage = true;
		return -1;
	}
	entry = manifest_find(mft, text, length, type);
	if (!entry)
		return error_set(error, "Resource not declared in manifest: '%.*s'", (int)length, text);
	*value = text + length + 1;
	return (int)(entry - mft->e);
}
