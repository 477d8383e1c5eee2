/* Second stage of a unikernel: its devices. */
#include "tender/devices/block.h"
#include "tender/devices/net.h"
#include "tender/manifest/manifest.h"
#include "tender/solo5/unikernel.h"

static int network_attach(struct unikernel *unikernel, struct mft_entry *entry, const struct device_options *device,
			  struct error *error)
{
	struct policy_guest *policy = &unikernel->policy;

	if (net_attach(entry, device, error) < 0)
		return -1;
	for (unsigned i = 0; i < policy->net_count; i++) {
		if (policy->net_fds[i] == entry->b.hostfd)
			return error_set(error, "Could not attach interface: %s: used for another network too",
					 device->attach);
	}
	policy->net_fds[policy->net_count++] = entry->b.hostfd;
	return 0;
}

static int storage_attach(struct unikernel *unikernel, struct mft_entry *entry, const struct device_options *device,
			  struct error *error)
{
	struct policy_guest *policy = &unikernel->policy;

	if (block_attach(entry, device, error) < 0)
		return -1;
	policy->blocks[policy->block_count++] = (struct policy_block){
		.fd = entry->b.hostfd,
		.block_bytes = entry->u.block_basic.block_size,
		.capacity = entry->u.block_basic.capacity,
	};
	return 0;
}

static int device_attach(struct unikernel *unikernel, unsigned index, struct error *error)
{
	struct mft_entry *entry = &unikernel->mft.e[index];
	const struct device_options *device = &unikernel->options.devices[index];

	if (!manifest_is_device(entry))
		return 0;
	if (entry->type == MFT_DEV_NET_BASIC)
		return network_attach(unikernel, entry, device, error);
	return storage_attach(unikernel, entry, device, error);
}

static int attached_check(const struct unikernel *unikernel, struct error *error)
{
	bool complete = true;

	for (unsigned i = 0; i < unikernel->mft.entries; i++) {
		const struct mft_entry *entry = &unikernel->mft.e[i];

		if (!manifest_is_device(entry) || unikernel->options.devices[i].attach)
			continue;
		error_add(error, "Device '%s' of type %s declared but not attached.", entry->name,
			  manifest_type_name(entry->type));
		complete = false;
	}
	if (complete)
		return 0;
	error_add(error, "All declared devices must be attached. See --help for syntax.");
	return -1;
}

int unikernel_attach(struct unikernel *unikernel, enum hostcall_guest kind, struct error *error)
{
	struct policy_guest *policy = &unikernel->policy;

	policy->kind = kind;
	policy->epoll_fd = -1;
	policy->timer_fd = -1;
	policy->vcpu_fd = -1;
	policy->kick_fd = -1;
	if (attached_check(unikernel, error) < 0)
		return -1;
	for (unsigned i = 0; i < unikernel->mft.entries; i++) {
		if (device_attach(unikernel, i, error) < 0)
			return -1;
	}
	return 0;
}
