/* Network devices: one frame per read or write on a descriptor that never blocks. */
#include "bindings.h"
#include "spt/host.h"
#include "spt/target.h"

solo5_result_t solo5_net_write(solo5_handle_t handle, const uint8_t *buf, size_t size)
{
	const struct mft_entry *entry = device_get(handle, MFT_DEV_NET_BASIC);
	long written;

	if (!entry)
		return SOLO5_R_EINVAL;
	do {
		written = host_write(entry->b.hostfd, buf, size);
	} while (written == -HOST_EINTR);
	/* No room: the frame is lost, as on any network. */
	if (written == -HOST_EAGAIN || written == -HOST_ENOBUFS)
		return SOLO5_R_OK;
	return written == (long)size ? SOLO5_R_OK : SOLO5_R_EUNSPEC;
}

solo5_result_t solo5_net_read(solo5_handle_t handle, uint8_t *buf, size_t size, size_t *read_size)
{
	const struct mft_entry *entry = device_get(handle, MFT_DEV_NET_BASIC);
	long got;

	if (!entry)
		return SOLO5_R_EINVAL;
	do {
		got = host_read(entry->b.hostfd, buf, size);
	} while (got == -HOST_EINTR);
	if (got == 0)
		yield_forget(handle);
	if (got == -HOST_EAGAIN || got == 0)
		return SOLO5_R_AGAIN;
	if (got < 0)
		return SOLO5_R_EUNSPEC;
	*read_size = (size_t)got;
	return SOLO5_R_OK;
}
