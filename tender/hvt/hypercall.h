/* What the guest asks for: every hypercall of abi/solo5_hvt.h, from its arguments in guest memory to the host call. */
#ifndef TENDER_HVT_HYPERCALL_H
#define TENDER_HVT_HYPERCALL_H

#include "abi/manifest.h"
#include "tender/error.h"
#include "tender/hvt/memory.h"

struct ring;

/* What hypercalls work on. */
struct hypercall_context {
	struct memory memory;
	const struct mft *mft; /* as attached */
	struct ring *ring;     /* NULL: none */
	uint64_t gone;         /* handles of networks whose other end is gone: not waited for any more; atomic */
	int exit_status;       /* after HYPERCALL_HALT */
	uint64_t cookie;       /* after HYPERCALL_HALT: of the guest's memory HVT_COOKIE_BYTES, or 0 */
};

enum hypercall_result { HYPERCALL_ERROR = -1, HYPERCALL_DONE, HYPERCALL_HALT };

/* Serves hypercall `number` with its arguments at `address`. HYPERCALL_ERROR ends the guest: *error says why. */
enum hypercall_result hypercall_serve(struct hypercall_context *context, unsigned number, gpa_t address,
				      struct error *error);

/* The attached device of that handle and type, or NULL. */
const struct mft_entry *hypercall_device(const struct mft *mft, uint64_t handle, uint32_t type);

/* The network's other end is gone. */
static inline void hypercall_forget(uint64_t *gone, uint64_t handle)
{
	__atomic_fetch_or(gone, 1ull << handle, __ATOMIC_RELAXED);
}

/* One frame from guest memory to the device, or from the device to guest memory (*size is set); SOLO5_R_*. */
int32_t frame_write(const struct mft_entry *entry, const void *frame, uint64_t size);
int32_t frame_read(const struct mft_entry *entry, void *frame, uint64_t *size, bool *is_gone);

/* solo5_result_t */
enum { RESULT_OK, RESULT_AGAIN, RESULT_EINVAL, RESULT_EUNSPEC };

#endif
