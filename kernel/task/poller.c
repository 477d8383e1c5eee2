/* The poller: see poller.h. */
#include "kernel/task/poller.h"

#include <linux/eventpoll.h>

#include "kernel/host/boot.h"
#include "kernel/host/host.h"
#include "kernel/lib/bug.h"
#include "kernel/task/time.h"
#include "kernel/task/timekeeper.h"
#include "kernel/task/watch.h"

/* The filter allows ppoll eight entries, one of which is the wake descriptor, and one the service's. */
#define SOURCES_MAX 6

enum { NOBODY, A_THREAD, THE_SERVICE };

static const struct poller_source *sources[SOURCES_MAX];
static unsigned source_count;
static uint32_t owner; /* who polls */
static uint32_t turns;

void poller_register(const struct poller_source *source)
{
	bug_on(source_count == SOURCES_MAX);
	sources[source_count++] = source;
}

bool poller_is_wanted(void)
{
	for (unsigned i = 0; i < source_count; i++) {
		if (sources[i]->wanted())
			return true;
	}
	return false;
}

static bool owner_change(uint32_t from, uint32_t to)
{
	return __atomic_compare_exchange_n(&owner, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

bool poller_enter(void)
{
	if (!poller_is_wanted())
		return false;
	if (!owner_change(NOBODY, A_THREAD)) {
		if (!owner_change(THE_SERVICE, A_THREAD))
			return false;
		/* Out of its ppoll, where it would take what is ours. */
		timekeeper_kick();
	}
	__atomic_fetch_add(&turns, 1, __ATOMIC_RELAXED);
	return true;
}

static bool source_look(void)
{
	for (unsigned i = 0; i < source_count; i++) {
		if (sources[i]->look && sources[i]->look())
			return true;
	}
	return false;
}

static void source_tell(const struct poller_source *source, short events)
{
	if (source->ready)
		source->ready(events);
	else
		wait_queue_wake(source->queue, EPOLLIN);
}

/* Whether `fd` has something. Either descriptor may be -1. */
static bool poll_once(int wake_fd, int fd, uint64_t timeout_ns)
{
	struct pollfd fds[2 + SOURCES_MAX] = {{.fd = wake_fd, .events = POLLIN}};
	struct __kernel_timespec timeout = timespec_from_ns(timeout_ns);
	uint64_t count;

	fds[1] = (struct pollfd){.fd = fd, .events = POLLIN};
	for (unsigned i = 0; i < source_count; i++) {
		short events = sources[i]->wanted();

		fds[2 + i] = (struct pollfd){.fd = events ? sources[i]->fd : -1, .events = events};
	}
	kernel_statistics()->net.polls++;
	if (host_ppoll(fds, 2 + source_count, timeout_ns == WAIT_FOREVER ? NULL : &timeout) <= 0)
		return false;
	if (fds[0].revents)
		host_read(fds[0].fd, &count, sizeof(count));
	for (unsigned i = 0; i < source_count; i++) {
		if (fds[2 + i].revents)
			source_tell(sources[i], fds[2 + i].revents);
	}
	return fds[1].revents != 0;
}

void poller_poll(uint64_t timeout_ns)
{
	if (!source_look())
		poll_once(kernel_boot()->wake_fd, -1, timeout_ns);
}

void poller_leave(void)
{
	__atomic_fetch_add(&turns, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&owner, NOBODY, __ATOMIC_SEQ_CST);
	watch_notify();
	/* Whoever else waits looks again, and one of them polls on. */
	for (unsigned i = 0; i < source_count; i++) {
		if (sources[i]->queue && sources[i]->wanted())
			wait_queue_wake(sources[i]->queue, 0);
	}
}

void poller_wake(void)
{
	uint64_t one = 1;

	host_write(kernel_boot()->wake_fd, &one, sizeof(one));
}

bool poller_stand_in(void)
{
	return poller_is_wanted() && owner_change(NOBODY, THE_SERVICE);
}

bool poller_stand(int fd, uint64_t timeout_ns)
{
	/* A wake is for the thread that has just taken over: the service itself is kicked. */
	return poll_once(-1, fd, timeout_ns);
}

void poller_stand_down(void)
{
	owner_change(THE_SERVICE, NOBODY);
}

uint32_t poller_turns(void)
{
	return __atomic_load_n(&turns, __ATOMIC_RELAXED);
}

bool poller_is_at_work(void)
{
	return __atomic_load_n(&owner, __ATOMIC_SEQ_CST) == A_THREAD;
}
