/* Devices by name and by handle. */
#include "bindings.h"
#include "freestanding/text_equal.h"

static const struct mft *manifest;
static solo5_handle_set_t acquired;

void device_init(const struct mft *mft)
{
	manifest = mft;
}

const struct mft_entry *device_get(solo5_handle_t handle, uint32_t type)
{
	const struct mft_entry *entry;

	if (handle >= manifest->entries)
		return NULL;
	entry = &manifest->e[handle];
	return entry->type == type && entry->attached ? entry : NULL;
}

const struct mft_entry *device_acquire(const char *name, uint32_t type, solo5_handle_t *handle)
{
	for (solo5_handle_t i = 0; i < manifest->entries; i++) {
		const struct mft_entry *entry = device_get(i, type);

		if (!entry || !text_equal(entry->name, name))
			continue;
		if (acquired & (1ull << i))
			return NULL;
		acquired |= 1ull << i;
		*handle = i;
		return entry;
	}
	return NULL;
}
