/* Block devices: one hypercall for any number of blocks. */
#include "hvt/hypercall.h"

solo5_result_t block_transfer(solo5_handle_t handle, const struct mft_entry *entry, solo5_off_t offset, uint8_t *buf,
			      size_t size, bool is_write)
{
	volatile struct hvt_block arguments = {
		.handle = handle,
		.offset = offset,
		.data = (uintptr_t)buf,
		.len = size,
		.ret = SOLO5_R_EUNSPEC,
	};

	(void)entry;
	hypercall(is_write ? HVT_HYPERCALL_BLOCK_WRITE : HVT_HYPERCALL_BLOCK_READ, &arguments);
	return (solo5_result_t)arguments.ret;
}
