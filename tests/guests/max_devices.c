/* 63 devices, the most a manifest can declare, each its own. */
#include "test.h"

#define DEVICES 63

static void name_make(char *name, unsigned number)
{
	static const char stem[] = "storage";

	for (size_t i = 0; i < sizeof(stem) - 1; i++)
		*name++ = stem[i];
	if (number >= 10)
		*name++ = (char)('0' + number / 10);
	*name++ = (char)('0' + number % 10);
	*name = '\0';
}

int solo5_app_main(const struct solo5_start_info *info)
{
	static uint8_t block[512];

	(void)info;
	for (unsigned i = 0; i < DEVICES; i++) {
		struct solo5_block_info device;
		solo5_handle_t handle;
		char name[16];

		name_make(name, i);
		CHECK(solo5_block_acquire(name, &handle, &device) == SOLO5_R_OK);
		CHECK(handle == i + 1);
		block[0] = (uint8_t)i;
		CHECK(solo5_block_write(handle, device.capacity - 512, block, 512) == SOLO5_R_OK);
		block[0] = 255;
		CHECK(solo5_block_read(handle, device.capacity - 512, block, 512) == SOLO5_R_OK);
		CHECK(block[0] == i);
	}
	return success();
}
