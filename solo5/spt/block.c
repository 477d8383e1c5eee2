/* Block devices: positioned reads and writes of whole blocks, inside the device. */
#include "bindings.h"
#include "spt/host.h"

/* Linux transfers at most 2 GiB less a page in one call; a power of two below it is whole blocks of any size. */
#define CALL_BYTES_MAX (1ull << 30)

static bool many_blocks;

void block_init(bool many)
{
	many_blocks = many;
}

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

typedef long (*transfer_function)(int fd, void *buf, size_t size, uint64_t offset);

static long transfer_read(int fd, void *buf, size_t size, uint64_t offset)
{
	return host_pread(fd, buf, size, offset);
}

static long transfer_write(int fd, void *buf, size_t size, uint64_t offset)
{
	return host_pwrite(fd, buf, size, offset);
}

static inline solo5_result_t transfer(transfer_function function, solo5_handle_t handle, solo5_off_t offset,
				      uint8_t *buf, size_t size)
{
	const struct mft_entry *entry = device_get(handle, MFT_DEV_BLOCK_BASIC);
	size_t step_max;

	if (!entry || !range_is_valid(&entry->u.block_basic, offset, size))
		return SOLO5_R_EINVAL;
	step_max = many_blocks ? CALL_BYTES_MAX : entry->u.block_basic.block_size;
	while (size) {
		size_t step = size < step_max ? size : step_max;
		long done = function(entry->b.hostfd, buf, step, offset);

		if (done == -HOST_EINTR)
			continue;
		if (done != (long)step)
			return SOLO5_R_EUNSPEC;
		buf += step;
		offset += step;
		size -= step;
	}
	return SOLO5_R_OK;
}

solo5_result_t solo5_block_write(solo5_handle_t handle, solo5_off_t offset, const uint8_t *buf, size_t size)
{
	return transfer(transfer_write, handle, offset, (uint8_t *)(uintptr_t)buf, size);
}

solo5_result_t solo5_block_read(solo5_handle_t handle, solo5_off_t offset, uint8_t *buf, size_t size)
{
	return transfer(transfer_read, handle, offset, buf, size);
}
