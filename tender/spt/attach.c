/* Second stage of a guest: its devices and what it waits on. */
#include <fcntl.h>
#include <sys/epoll.h>
#include <time.h>

#include "abi/solo5_spt.h"
#include "tender/devices/block.h"
#include "tender/devices/net.h"
#include "tender/host/host.h"
#include "tender/manifest/manifest.h"
#include "tender/spt/guest.h"

static int network_attach(struct guest *guest, struct mft_entry *entry, const struct device_options *device,
			  struct error *error)
{
	struct policy_guest *policy = &guest->policy;

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

static int storage_attach(struct guest *guest, struct mft_entry *entry, const struct device_options *device,
			  struct error *error)
{
	struct policy_guest *policy = &guest->policy;

	if (block_attach(entry, device, error) < 0)
		return -1;
	policy->blocks[policy->block_count++] = (struct policy_block){
		.fd = entry->b.hostfd,
		.block_bytes = entry->u.block_basic.block_size,
		.capacity = entry->u.block_basic.capacity,
	};
	return 0;
}

static int device_attach(struct guest *guest, unsigned index, struct error *error)
{
	struct mft_entry *entry = &guest->mft.e[index];
	const struct device_options *device = &guest->options.devices[index];

	if (!manifest_is_device(entry))
		return 0;
	if (entry->type == MFT_DEV_NET_BASIC)
		return network_attach(guest, entry, device, error);
	return storage_attach(guest, entry, device, error);
}

static int attached_check(const struct guest *guest, struct error *error)
{
	bool complete = true;

	for (unsigned i = 0; i < guest->mft.entries; i++) {
		const struct mft_entry *entry = &guest->mft.e[i];

		if (!manifest_is_device(entry) || guest->options.devices[i].attach)
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

static long epoll_add(int epoll_fd, int fd, uint64_t data)
{
	struct epoll_event event = {.events = EPOLLIN, .data = {.u64 = data}};

	return host_epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

/* The epoll set and timer of the Solo5 ABI. Our own bindings need neither: they call ppoll. */
static int poll_set_make(struct guest *guest, struct error *error)
{
	struct policy_guest *policy = &guest->policy;
	long result = host_epoll_create();

	policy->epoll_fd = (int)result;
	if (result >= 0)
		result = host_timerfd_create(CLOCK_MONOTONIC, O_NONBLOCK);
	policy->timer_fd = (int)result;
	if (result >= 0)
		result = epoll_add(policy->epoll_fd, policy->timer_fd, SPT_TIMER_EVENT);
	for (unsigned i = 0; i < guest->mft.entries && result >= 0; i++) {
		if (guest->mft.e[i].type == MFT_DEV_NET_BASIC)
			result = epoll_add(policy->epoll_fd, guest->mft.e[i].b.hostfd, i);
	}
	if (result < 0)
		return error_set(error, "Could not prepare the guest's poll set: %s", error_name(-result));
	return 0;
}

int guest_attach(struct guest *guest, struct error *error)
{
	guest->policy.kind = guest->kind;
	guest->policy.epoll_fd = -1;
	guest->policy.timer_fd = -1;
	if (attached_check(guest, error) < 0)
		return -1;
	for (unsigned i = 0; i < guest->mft.entries; i++) {
		if (device_attach(guest, i, error) < 0)
			return -1;
	}
	return guest->kind == HOSTCALL_GUEST_SOLO5 ? poll_set_make(guest, error) : 0;
}
