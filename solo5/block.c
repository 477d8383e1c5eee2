/* Block devices: what is the same wherever the blocks come from. */
#include "bindings.h"

solo5_result_t solo5_block_acquire(const char *name, solo5_handle_t *handle, struct solo5_block_info *info)
{
	const struct mft_entry *entry = device_acquire(name, MFT_DEV_BLOCK_BASIC, handle);

	if (!entry)
		return SOLO5_R_EINVAL;
	info->capacity = entry->u.block_basic.capacity;
	info->block_size = entry->u.block_basic.block_size;
	return SOLO5_R_OK;
}

static bool range_is_valid(const struct mft_block_basic *device, solo5_off_t offset, size_t size)
{
	uint64_t mask = device->block_size - 1u;

	if (size == 0 || ((size | offset) & mask))
		return false;
	return offset < device->capacity && size <= device->capacity - offset;
}

static solo5_result_t transfer(solo5_handle_t handle, solo5_off_t offset, uint8_t *buf, size_t size, bool is_write)
{
	const struct mft_entry *entry = device_get(handle, MFT_DEV_BLOCK_BASIC);

	if (!entry || !range_is_valid(&entry->u.block_basic, offset, size))
		return SOLO5_R_EINVAL;
	return block_transfer(handle, entry, offset, buf, size, is_write);
}

solo5_result_t solo5_block_write(solo5_handle_t handle, solo5_off_t offset, const uint8_t *buf, size_t size)
{
	return transfer(handle, offset, (uint8_t *)(uintptr_t)buf, size, true);
}

solo5_result_t solo5_block_read(solo5_handle_t handle, solo5_off_t offset, uint8_t *buf, size_t size)
{
	return transfer(handle, offset, buf, size, false);
}
