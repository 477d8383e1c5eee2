/* Frames of a network device: one per host call. */
#include <errno.h>

#include "tender/host/host.h"
#include "tender/hvt/hypercall.h"

const struct mft_entry *hypercall_device(const struct mft *mft, uint64_t handle, uint32_t type)
{
	if (handle >= mft->entries || mft->e[handle].type != type || !mft->e[handle].attached)
		return NULL;
	return &mft->e[handle];
}

int32_t frame_write(const struct mft_entry *entry, const void *frame, uint64_t size)
{
	long written;

	do {
		written = host_write(entry->b.hostfd, frame, size);
	} while (written == -EINTR);
	/* No room: the frame is lost, as on any network. */
	if (written == -EAGAIN || written == -ENOBUFS)
		return RESULT_OK;
	return written >= 0 && (uint64_t)written == size ? RESULT_OK : RESULT_EUNSPEC;
}

int32_t frame_read(const struct mft_entry *entry, void *frame, uint64_t *size, bool *is_gone)
{
	long got;

	do {
		got = host_read(entry->b.hostfd, frame, *size);
	} while (got == -EINTR);
	*size = got > 0 ? (uint64_t)got : 0;
	*is_gone = got == 0;
	if (got == 0 || got == -EAGAIN)
		return RESULT_AGAIN;
	return got > 0 ? RESULT_OK : RESULT_EUNSPEC;
}
