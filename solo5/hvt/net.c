/* Network devices: through the ring while somebody looks at it, else one hypercall per frame. */
#include "hvt/hypercall.h"
#include "hvt/target.h"

solo5_result_t solo5_net_write(solo5_handle_t handle, const uint8_t *buf, size_t size)
{
	volatile struct hvt_net arguments = {
		.handle = handle,
		.data = (uintptr_t)buf,
		.len = size,
		.ret = SOLO5_R_EUNSPEC,
	};

	if (!device_get(handle, MFT_DEV_NET_BASIC))
		return SOLO5_R_EINVAL;
	if (ring_write(handle, buf, size))
		return SOLO5_R_OK;
	hypercall(HVT_HYPERCALL_NET_WRITE, &arguments);
	return (solo5_result_t)arguments.ret;
}

solo5_result_t solo5_net_read(solo5_handle_t handle, uint8_t *buf, size_t size, size_t *read_size)
{
	volatile struct hvt_net arguments = {
		.handle = handle,
		.data = (uintptr_t)buf,
		.len = size,
		.ret = SOLO5_R_EUNSPEC,
	};
	solo5_result_t result;

	if (!device_get(handle, MFT_DEV_NET_BASIC))
		return SOLO5_R_EINVAL;
	if (ring_read(handle, buf, size, read_size, &result))
		return result;
	hypercall(HVT_HYPERCALL_NET_READ, &arguments);
	if (arguments.ret == SOLO5_R_OK)
		*read_size = arguments.len;
	return (solo5_result_t)arguments.ret;
}
