/*
 * Block device: every sector, several at once, the last one; sizes and offsets that are not blocks, and everything
 * beyond the end, are refused.
 */
#include "test.h"

#define MANY 16

static uint8_t out[MANY * 32768];
static uint8_t in[MANY * 32768];

static uint8_t pattern(uint64_t offset, size_t i)
{
	return (uint8_t)(offset / 512 * 7 + i % 251);
}

static void fill(uint64_t offset, size_t size)
{
	for (size_t i = 0; i < size; i++)
		out[i] = pattern(offset, i);
}

static void compare(uint64_t offset, size_t block, size_t size)
{
	for (size_t i = 0; i < size; i++)
		CHECK(in[i] == pattern(offset + i / block * block, i % block));
}

static void all_sectors(solo5_handle_t handle, const struct solo5_block_info *device)
{
	size_t block = device->block_size;

	for (solo5_off_t offset = 0; offset < device->capacity; offset += block) {
		fill(offset, block);
		CHECK(solo5_block_write(handle, offset, out, block) == SOLO5_R_OK);
	}
	for (solo5_off_t offset = 0; offset + MANY * block <= device->capacity; offset += MANY * block) {
		CHECK(solo5_block_read(handle, offset, in, MANY * block) == SOLO5_R_OK);
		compare(offset, block, MANY * block);
	}
	CHECK(solo5_block_read(handle, device->capacity - block, in, block) == SOLO5_R_OK);
	compare(device->capacity - block, block, block);
}

static void several_written(solo5_handle_t handle, const struct solo5_block_info *device)
{
	size_t block = device->block_size;
	solo5_off_t offset = device->capacity - MANY * block;

	for (size_t i = 0; i < MANY * block; i++)
		out[i] = (uint8_t)(i * 13);
	CHECK(solo5_block_write(handle, offset, out, MANY * block) == SOLO5_R_OK);
	for (size_t b = 0; b < MANY; b++) {
		CHECK(solo5_block_read(handle, offset + b * block, in, block) == SOLO5_R_OK);
		for (size_t i = 0; i < block; i++)
			CHECK(in[i] == (uint8_t)((b * block + i) * 13));
	}
}

static void refused(solo5_handle_t handle, const struct solo5_block_info *device)
{
	size_t block = device->block_size;
	const struct {
		solo5_off_t offset;
		size_t size;
	} wrong[] = {
		{device->capacity, block},
		{device->capacity - block, 2 * block},
		{0, block - 1},
		{0, block + 1},
		{0, 0},
		{block - 1, block},
		{1, block},
		{(solo5_off_t)0 - block, block},
		{(solo5_off_t)0 - block, 2 * block},
		{0, (size_t)0 - block},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		CHECK(solo5_block_write(handle, wrong[i].offset, out, wrong[i].size) == SOLO5_R_EINVAL);
		CHECK(solo5_block_read(handle, wrong[i].offset, in, wrong[i].size) == SOLO5_R_EINVAL);
	}
	CHECK(solo5_block_read(handle + 1, 0, in, block) == SOLO5_R_EINVAL);
}

int solo5_app_main(const struct solo5_start_info *info)
{
	solo5_handle_t handle;
	solo5_handle_t again;
	struct solo5_block_info device;

	(void)info;
	CHECK(solo5_block_acquire("nothing", &handle, &device) == SOLO5_R_EINVAL);
	CHECK(solo5_block_acquire("storage", &handle, &device) == SOLO5_R_OK);
	CHECK(solo5_block_acquire("storage", &again, &device) == SOLO5_R_EINVAL);
	CHECK(device.capacity >= MANY * device.block_size);
	all_sectors(handle, &device);
	several_written(handle, &device);
	refused(handle, &device);
	return success();
}
