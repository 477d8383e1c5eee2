/* poll and ppoll. */
#include <linux/errno.h>
#include <linux/poll.h>
#include <linux/resource.h>

#include "kernel/lib/heap.h"
#include "kernel/syscall/table.h"
#include "kernel/syscall/timeout.h"
#include "kernel/syscall/wait_mask.h"
#include "kernel/task/process.h"
#include "kernel/vfs/file.h"
#include "kernel/vfs/poll.h"

#define FDS_ON_STACK 8

/* Negative descriptors are skipped, unknown ones answered. */
static void requests_make(struct poll_request *requests, const struct pollfd *fds, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct poll_request *request = &requests[i];

		*request = (struct poll_request){.wanted = (uint16_t)fds[i].events | POLLERR | POLLHUP};
		if (fds[i].fd < 0)
			continue;
		request->file = fd_get(fds[i].fd);
		if (!request->file)
			request->events = POLLNVAL;
	}
}

static int results_put(user_t user_fds, struct pollfd *fds, const struct poll_request *requests, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		fds[i].revents = (short)requests[i].events;
	/* Descriptors and wanted events go back as they came: nothing else may have changed them meanwhile. */
	return copy_to_user(user_fds, fds, count * sizeof(*fds));
}

static long poll_with(user_t user_fds, unsigned count, uint64_t deadline_ns, struct pollfd *fds,
		      struct poll_request *requests)
{
	long result;

	if (copy_from_user(fds, user_fds, count * sizeof(*fds)))
		return -EFAULT;
	requests_make(requests, fds, count);
	result = poll_files(requests, count, deadline_ns);
	for (unsigned i = 0; i < count; i++) {
		if (requests[i].file)
			fd_put(requests[i].file);
	}
	if (results_put(user_fds, fds, requests, count))
		return -EFAULT;
	return result == -EINTR ? -ERESTARTNOHAND : result;
}

static long poll_user(user_t user_fds, unsigned count, uint64_t deadline_ns)
{
	struct poll_request requests_on_stack[FDS_ON_STACK], *requests = requests_on_stack;
	struct pollfd fds_on_stack[FDS_ON_STACK], *fds = fds_on_stack;
	void *block = NULL;
	long result;

	if (count > process_limit(RLIMIT_NOFILE))
		return -EINVAL;
	if (count > FDS_ON_STACK) {
		block = heap_alloc(count * (sizeof(*requests) + sizeof(*fds)));
		if (!block)
			return -ENOMEM;
		requests = block;
		fds = (struct pollfd *)(void *)(requests + count);
	}
	result = poll_with(user_fds, count, deadline_ns, fds, requests);
	heap_free(block);
	return result;
}

SYSCALL(poll)
{
	uint64_t deadline_ns = timeout_resume();
	long result;

	if (!deadline_ns)
		deadline_ns = timeout_from_ms(ARG_INT(args, 2));
	result = poll_user(ARG_USER(args, 0), ARG_UINT(args, 1), deadline_ns);
	return result == -ERESTARTNOHAND ? timeout_restart(deadline_ns) : result;
}

SYSCALL(ppoll)
{
	user_t timeout = ARG_USER(args, 2), mask = ARG_USER(args, 3);
	uint64_t deadline_ns;
	long result = timeout_get(timeout, &deadline_ns);

	if (!result)
		result = wait_mask_begin(mask, ARG_ULONG(args, 4));
	if (result)
		return result;
	result = poll_user(ARG_USER(args, 0), ARG_UINT(args, 1), deadline_ns);
	wait_mask_end(mask, result == -ERESTARTNOHAND);
	return timeout_put(timeout, deadline_ns, result);
}
