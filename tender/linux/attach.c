/* Second stage of a Linux guest: its descriptors and its memory limit. */
#include <linux/fcntl.h>
#include <linux/memfd.h>

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

/*
 * Packets, as what comes is hostile: a short one spoils no other. No sockets, whose end may cost as much as all sockets
 * of this host that are on their way in others (unix(7), SCM_RIGHTS).
 */
static long pipe_make(struct linux_pipe *pipe, bool is_read_by_guest)
{
	int fds[2];
	long result = host_pipe(fds, O_DIRECT | O_CLOEXEC);

	if (result < 0)
		return result;
	pipe->guest_fd = fds[!is_read_by_guest];
	pipe->front_fd = fds[is_read_by_guest];
	return host_fcntl(pipe->front_fd, F_SETFL, O_DIRECT | O_NONBLOCK);
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
		result = pipe_make(&guest->control, true);
	if (result >= 0)
		result = pipe_make(&guest->request, false);
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
