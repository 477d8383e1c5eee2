/* Second stage of a Linux guest: its descriptors and its memory limit. */
#include <linux/fcntl.h>
#include <linux/memfd.h>
#include <sys/socket.h>

#include "tender/host/host.h"
#include "tender/linux/guest.h"
#include "tender/linux/say.h"

/* EFD_NONBLOCK and EFD_CLOEXEC, of a libc header */
#define EVENTFD_FLAGS (O_NONBLOCK | O_CLOEXEC)

static long arena_make(struct linux_guest *guest)
{
	long fd = host_memfd_create("tend-arena", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	long result = fd;

	guest->arena_fd = (int)fd;
	guest->layout.arena_bytes = layout_arena_bytes(guest->options.mem_bytes);
	if (result >= 0)
		result = host_ftruncate(guest->arena_fd, guest->layout.arena_bytes);
	if (result >= 0)
		result = host_fcntl(guest->arena_fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
	return result;
}

static long control_make(struct linux_guest *guest)
{
	int fds[2];
	long result = host_socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds);

	if (result < 0)
		return result;
	guest->supervisor_fd = fds[0];
	guest->control_fd = fds[1];
	return 0;
}

static void limit_make(struct linux_guest *guest)
{
	uint64_t mem_bytes = guest->options.mem_bytes;
	long result = cgroup_make(&guest->cgroup, (int)host_getpid(), mem_bytes, GUEST_PROCESSES_MAX);

	/* Nobody relies on a limit that was not asked for. */
	if (result < 0 && guest->options.mem_is_given)
		say("--mem=%lu is accounting only: no control group for memory could be had: %s",
		    (unsigned long)(mem_bytes >> 20), error_name(-result));
}

int guest_attach(struct linux_guest *guest, struct error *error)
{
	long result = arena_make(guest);

	if (result < 0)
		return error_set(error, "Could not make the guest's memory: %s", error_name(-result));
	result = host_eventfd(0, EVENTFD_FLAGS);
	guest->wake_fd = (int)result;
	if (result >= 0)
		result = control_make(guest);
	if (result < 0)
		return error_set(error, "Could not make the guest's descriptors: %s", error_name(-result));
	if (network_attach(&guest->options.network, error) < 0)
		return -1;
	limit_make(guest);
	/* A dump may have all of the guest's memory, and there may be several. */
	result = core_store_open(&guest->core, guest->options.cores, 4 * guest->options.mem_bytes);
	if (result < 0)
		return error_set(error, "--core=%s: %s", guest->options.cores, error_name(-result));
	return 0;
}
