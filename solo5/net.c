/* Network devices: what is the same wherever the frames go. */
#include "bindings.h"

solo5_result_t solo5_net_acquire(const char *name, solo5_handle_t *handle, struct solo5_net_info *info)
{
	const struct mft_entry *entry = device_acquire(name, MFT_DEV_NET_BASIC, handle);

	if (!entry)
		return SOLO5_R_EINVAL;
	for (unsigned i = 0; i < SOLO5_NET_ALEN; i++)
		info->mac_address[i] = entry->u.net_basic.mac[i];
	info->mtu = entry->u.net_basic.mtu;
	return SOLO5_R_OK;
}
