/* Block devices: positioned reads and writes. */
#include "bindings.h"
#include "spt/host.h"
#include "spt/target.h"

/* Linux transfers at most 2 GiB less a page in one call; a power of two below it is whole blocks of any size. */
#define CALL_BYTES_MAX (1ull << 30)

static bool many_blocks;

void block_init(bool many)
{
	many_blocks = many;
}

solo5_result_t block_transfer(solo5_handle_t handle, const struct mft_entry *entry, solo5_off_t offset, uint8_t *buf,
			      size_t size, bool is_write)
{
	size_t step_max = many_blocks ? CALL_BYTES_MAX : entry->u.block_basic.block_size;

	(void)handle;
	while (size) {
		size_t step = size < step_max ? size : step_max;
		long done = is_write ? host_pwrite(entry->b.hostfd, buf, step, offset)
				     : host_pread(entry->b.hostfd, buf, step, offset);

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
