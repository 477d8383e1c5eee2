/* Block devices: options and attachment. See block.h. */
#include "tender/devices/block.h"

#include <fcntl.h>

#include "tender/host/host.h"

#define SEEK_TO_END 2
#define BLOCK_BYTES_DEFAULT 512u
#define BLOCK_BYTES_MIN 512u
#define BLOCK_BYTES_MAX 32768u /* the manifest has 16 bits for it */

static int parse_block(struct options *options, struct mft *mft, const char *text, struct error *error)
{
	const char *value;
	int index = option_device(mft, MFT_DEV_BLOCK_BASIC, text, &value, error);

	if (index < 0)
		return -1;
	options->devices[index].attach = value;
	return 0;
}

static int parse_sector_size(struct options *options, struct mft *mft, const char *text, struct error *error)
{
	const char *value;
	uint64_t bytes;
	int index = option_device(mft, MFT_DEV_BLOCK_BASIC, text, &value, error);

	if (index < 0)
		return -1;
	if (!option_number(value, INT64_MAX, &bytes)) {
		error->usage = true;
		return -1;
	}
	if (bytes < BLOCK_BYTES_MIN || bytes > BLOCK_BYTES_MAX || (bytes & (bytes - 1))) {
		error->usage = true;
		return error_set(error, "Block size must be a multiple of 2 greater than or equal 512");
	}
	options->devices[index].block_bytes = (uint32_t)bytes;
	return 0;
}

const struct option block_options[BLOCK_OPTION_COUNT] = {
	{"--block:", "    --block:NAME=PATH (attach the file or block device PATH as block storage NAME)", true,
	 parse_block},
	{"--block-sector-size:",
	 "  [ --block-sector-size:NAME=SIZE ] (SIZE is a power of two from 512 to 32768, default 512)", true,
	 parse_sector_size},
};

int block_attach(struct mft_entry *entry, const struct device_options *device, struct error *error)
{
	uint32_t block_bytes = device->block_bytes ? device->block_bytes : BLOCK_BYTES_DEFAULT;
	long fd = host_openat(AT_FDCWD, device->attach, O_RDWR | O_CLOEXEC);
	long capacity;

	if (fd < 0)
		return error_set(error, "Could not open block device: %s: %s", device->attach, error_name(-fd));
	capacity = host_lseek((int)fd, 0, SEEK_TO_END);
	if (capacity < 0)
		return error_set(error, "%s: Could not determine capacity: %s", device->attach, error_name(-capacity));
	if ((uint64_t)capacity & (block_bytes - 1))
		return error_set(error, "%s: Backing storage size must be block aligned (%u bytes)", entry->name,
				 block_bytes);
	if ((uint64_t)capacity < block_bytes)
		return error_set(error, "%s: Backing storage must be at least 1 block (%u bytes) in size", entry->name,
				 block_bytes);
	entry->u.block_basic.capacity = (uint64_t)capacity;
	entry->u.block_basic.block_size = (uint16_t)block_bytes;
	entry->b.hostfd = (int32_t)fd;
	entry->attached = 1;
	return 0;
}
