/* The poller: see poller.h. */
#include "kernel/task/poller.h"

#include <linux/eventpoll.h>

#include "kernel/host/boot.h"
#include "kernel/host/host.h"
#include "kernel/lib/bug.h"
#include "kernel/task/time.h"

/* The filter allows ppoll eight entries, one of which is the wake descriptor. */
#define SOURCES_MAX 7

static const struct poller_source *sources[SOURCES_MAX];
static unsigned source_count;
static uint32_t poller_is_taken;

void poller_register(const struct poller_source *source)
{
	bug_on(source_count == SOURCES_MAX);
	sources[source_count++] = source;
}

static bool anything_wanted(void)
{
	for (unsigned i = 0; i < source_count; i++) {
		if (sources[i]->wanted())
			return true;
	}
	return false;
}

bool poller_enter(void)
{
	return anything_wanted() && !__atomic_exchange_n(&poller_is_taken, 1, __ATOMIC_ACQUIRE);
}

void poller_poll(uint64_t timeout_ns)
{
	struct pollfd fds[1 + SOURCES_MAX] = {{.fd = kernel_boot()->wake_fd, .events = POLLIN}};
	struct __kernel_timespec timeout = timespec_from_ns(timeout_ns);
	uint64_t count;

	for (unsigned i = 0; i < source_count; i++)
		fds[1 + i] = (struct pollfd){.fd = sources[i]->wanted() ? sources[i]->fd : -1, .events = POLLIN};
	if (host_ppoll(fds, 1 + source_count, timeout_ns == WAIT_FOREVER ? NULL : &timeout) <= 0)
		return;
	if (fds[0].revents)
		host_read(fds[0].fd, &count, sizeof(count));
	for (unsigned i = 0; i < source_count; i++) {
		if (fds[1 + i].revents)
			wait_queue_wake(sources[i]->queue, EPOLLIN);
	}
}

void poller_leave(void)
{
	__atomic_store_n(&poller_is_taken, 0, __ATOMIC_RELEASE);
	/* Whoever else waits looks again, and one of them polls on. */
	for (unsigned i = 0; i < source_count; i++) {
		if (sources[i]->wanted())
			wait_queue_wake(sources[i]->queue, 0);
	}
}

void poller_wake(void)
{
	uint64_t one = 1;

	host_write(kernel_boot()->wake_fd, &one, sizeof(one));
}
