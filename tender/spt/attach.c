/* What a guest with bindings of another maker waits on: the epoll set and the timer of the Solo5 ABI. */
#include <fcntl.h>
#include <sys/epoll.h>
#include <time.h>

#include "abi/solo5_spt.h"
#include "tender/host/host.h"
#include "tender/spt/guest.h"

static long epoll_add(int epoll_fd, int fd, uint64_t data)
{
	struct epoll_event event = {.events = EPOLLIN, .data = {.u64 = data}};

	return host_epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static int poll_set_make(struct guest *guest, struct error *error)
{
	struct policy_guest *policy = &guest->unikernel.policy;
	long result = host_epoll_create();

	policy->epoll_fd = (int)result;
	if (result >= 0)
		result = host_timerfd_create(CLOCK_MONOTONIC, O_NONBLOCK);
	policy->timer_fd = (int)result;
	if (result >= 0)
		result = epoll_add(policy->epoll_fd, policy->timer_fd, SPT_TIMER_EVENT);
	for (unsigned i = 0; i < guest->unikernel.mft.entries && result >= 0; i++) {
		if (guest->unikernel.mft.e[i].type == MFT_DEV_NET_BASIC)
			result = epoll_add(policy->epoll_fd, guest->unikernel.mft.e[i].b.hostfd, i);
	}
	if (result < 0)
		return error_set(error, "Could not prepare the guest's poll set: %s", error_name(-result));
	return 0;
}

int guest_attach(struct guest *guest, struct error *error)
{
	if (unikernel_attach(&guest->unikernel, guest->unikernel.kind, error) < 0)
		return -1;
	/* Our own bindings need neither: they call ppoll. */
	return guest->unikernel.kind == HOSTCALL_GUEST_SOLO5 ? poll_set_make(guest, error) : 0;
}
