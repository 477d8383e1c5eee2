/* Manifest validation and look-up: see manifest.h. The bytes come from the executable and are not trusted. */
#include "tender/manifest/manifest.h"

#include <string.h>

/* Names appear in messages: nothing but letters and digits reaches a terminal. */
static bool name_is_valid(const struct mft_entry *entry, bool must_be_empty)
{
	size_t length = 0;

	if (entry->name[MFT_NAME_MAX] != '\0')
		return false;
	for (; entry->name[length]; length++) {
		char c = entry->name[length];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
			return false;
	}
	return must_be_empty == (length == 0);
}

bool manifest_check(struct mft *mft, size_t size)
{
	if (size < MFT_SIZE(1) || size > sizeof(*mft))
		return false;
	if (mft->version != MFT_VERSION || mft->entries < 1 || mft->entries > MFT_MAX_ENTRIES)
		return false;
	if (size != MFT_SIZE(mft->entries))
		return false;
	for (unsigned i = 0; i < mft->entries; i++) {
		struct mft_entry *entry = &mft->e[i];
		bool is_first = i == 0;

		if (!name_is_valid(entry, is_first) || entry->attached)
			return false;
		if (is_first && entry->type != MFT_RESERVED_FIRST)
			return false;
		/* Only name and type are the executable's to say. */
		memset(&entry->u, 0, sizeof(entry->u));
		memset(&entry->b, 0, sizeof(entry->b));
	}
	return true;
}

struct mft_entry *manifest_find(struct mft *mft, const char *name, size_t length, uint32_t type)
{
	for (unsigned i = 0; i < mft->entries; i++) {
		struct mft_entry *entry = &mft->e[i];

		if (entry->type == type && strlen(entry->name) == length && memcmp(entry->name, name, length) == 0)
			return entry;
	}
	return NULL;
}

const char *manifest_type_name(uint32_t type)
{
	switch (type) {
	case MFT_DEV_BLOCK_BASIC:
		return "BLOCK_BASIC";
	case MFT_DEV_NET_BASIC:
		return "NET_BASIC";
	default:
		return "UNKNOWN";
	}
}
