/* epoll. */
#include "matrix.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>

static void ready_show(long epoll, int timeout_ms)
{
	struct epoll_event events[8] = {0};
	long count = QUIET(epoll_wait, epoll, events, 8, timeout_ms);
	if (count <= 0)
		NOTE("ready: %s", result_name(count));
	for (long i = 0; i < count; i++)
		NOTE("ready: %#x for %llu", events[i].events, (unsigned long long)events[i].data.u64);
}

static long watch(long epoll, int operation, long fd, uint32_t events, uint64_t data)
{
	struct epoll_event event = {.events = events, .data.u64 = data};
	long result = QUIET(epoll_ctl, epoll, operation, fd, &event);
	NOTE("epoll_ctl(%s, fd %ld, %#x) = %s", (const char *[]){"?", "ADD", "DEL", "MOD"}[operation & 3], fd, events,
	     result_name(result));
	return result;
}

CHECK(epoll_create_flags, "epoll_create,epoll_create1")
{
	CALL(epoll_create1, 0);
	CALL(epoll_create1, EPOLL_CLOEXEC);
	CALL(fcntl, 4, F_GETFD);
	CALL(epoll_create1, 1);
	CALL(epoll_create1, O_NONBLOCK);
	CALL(epoll_create, 0);
	CALL(epoll_create, -1);
	CALL(epoll_create, 1);
	CALL(fcntl, 3, F_GETFL);
}

CHECK(epoll_level, "epoll_ctl,epoll_wait")
{
	char bytes[8];
	int ends[2];
	long epoll = CALL(epoll_create1, 0);
	CALL(pipe2, ends, O_NONBLOCK);
	watch(epoll, EPOLL_CTL_ADD, ends[0], EPOLLIN, 10);
	ready_show(epoll, 0);
	CALL(write, ends[1], "ab", 2);
	ready_show(epoll, 0);
	ready_show(epoll, 0);
	CALL(read, ends[0], bytes, 1);
	ready_show(epoll, 0);
	CALL(read, ends[0], bytes, 1);
	ready_show(epoll, 0);
	watch(epoll, EPOLL_CTL_ADD, ends[1], EPOLLOUT, 11);
	ready_show(epoll, 0);
	watch(epoll, EPOLL_CTL_MOD, ends[1], EPOLLIN, 12);
	ready_show(epoll, 0);
	watch(epoll, EPOLL_CTL_DEL, ends[1], 0, 0);
	CALL(close, ends[1]);
	ready_show(epoll, 0);
	watch(epoll, EPOLL_CTL_MOD, ends[0], 0, 13); /* hang-ups come unasked */
	ready_show(epoll, 0);
}

CHECK(epoll_edge, "epoll_ctl,epoll_wait")
{
	char bytes[8];
	int ends[2];
	long epoll = CALL(epoll_create1, 0);
	CALL(pipe2, ends, O_NONBLOCK);
	CALL(write, ends[1], "a", 1);
	watch(epoll, EPOLL_CTL_ADD, ends[0], EPOLLIN | EPOLLET, 1); /* ready already */
	ready_show(epoll, 0);
	ready_show(epoll, 0);
	CALL(write, ends[1], "b", 1);
	ready_show(epoll, 0);
	ready_show(epoll, 0);
	CALL(write, ends[1], "c", 1);
	CALL(write, ends[1], "d", 1);
	ready_show(epoll, 0);
	ready_show(epoll, 0);
	CALL(read, ends[0], bytes, 8);
	ready_show(epoll, 0);
	CALL(write, ends[1], "e", 1);
	CALL(read, ends[0], bytes, 8);
	ready_show(epoll, 0); /* no longer true: not reported */
	watch(epoll, EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLET, 2);
	ready_show(epoll, 0);
	CALL(write, ends[1], "f", 1);
	ready_show(epoll, 0);
	watch(epoll, EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLET, 3); /* arms it again */
	ready_show(epoll, 0);
	ready_show(epoll, 0);
	CALL(close, ends[1]);
	ready_show(epoll, 0);
	ready_show(epoll, 0);
}

CHECK(epoll_edge_writer, "epoll_ctl,epoll_wait")
{
	static char big[65536];
	int ends[2];
	long epoll = CALL(epoll_create1, 0);
	CALL(pipe2, ends, O_NONBLOCK);
	watch(epoll, EPOLL_CTL_ADD, ends[1], EPOLLOUT | EPOLLET, 1);
	ready_show(epoll, 0);
	ready_show(epoll, 0);
	CALL(write, ends[1], big, sizeof big);
	ready_show(epoll, 0);
	CALL(read, ends[0], big, 4096);
	ready_show(epoll, 0);
	ready_show(epoll, 0);
	CALL(close, ends[0]);
	ready_show(epoll, 0);
	ready_show(epoll, 0);
}

CHECK(epoll_oneshot, "epoll_ctl,epoll_wait")
{
	int ends[2];
	long epoll = CALL(epoll_create1, 0);
	CALL(pipe2, ends, O_NONBLOCK);
	watch(epoll, EPOLL_CTL_ADD, ends[0], EPOLLIN | EPOLLONESHOT, 1);
	CALL(write, ends[1], "a", 1);
	ready_show(epoll, 0);
	ready_show(epoll, 0);
	CALL(write, ends[1], "b", 1);
	ready_show(epoll, 0);
	watch(epoll, EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLONESHOT, 2);
	ready_show(epoll, 0);
	CALL(close, ends[1]);
	ready_show(epoll, 0); /* not even the hang-up */
}

CHECK(epoll_ctl_errors, "epoll_ctl")
{
	struct epoll_event event = {.events = EPOLLIN};
	long epoll = CALL(epoll_create1, 0);
	long event_fd = CALL(eventfd2, 0, 0);
	file_make("a", "");
	long file = CALL(open, "a", O_RDONLY);
	watch(epoll, EPOLL_CTL_ADD, event_fd, EPOLLIN, 0);
	watch(epoll, EPOLL_CTL_ADD, event_fd, EPOLLIN, 0);
	watch(epoll, EPOLL_CTL_DEL, event_fd, 0, 0);
	watch(epoll, EPOLL_CTL_DEL, event_fd, 0, 0);
	watch(epoll, EPOLL_CTL_MOD, event_fd, EPOLLIN, 0);
	watch(epoll, EPOLL_CTL_ADD, file, EPOLLIN, 0);
	watch(epoll, EPOLL_CTL_ADD, epoll, EPOLLIN, 0);
	watch(epoll, EPOLL_CTL_ADD, 77, EPOLLIN, 0);
	CALL(epoll_ctl, epoll, 0, event_fd, &event);
	CALL(epoll_ctl, epoll, 4, event_fd, &event);
	CALL(epoll_ctl, event_fd, EPOLL_CTL_ADD, event_fd, &event);
	CALL(epoll_ctl, file, EPOLL_CTL_ADD, event_fd, &event);
	CALL(epoll_ctl, 77, EPOLL_CTL_ADD, event_fd, &event);
	CALL(epoll_ctl, epoll, EPOLL_CTL_ADD, event_fd, NULL);
	CALL(epoll_ctl, epoll, EPOLL_CTL_DEL, event_fd, NULL);
	event.events = EPOLLEXCLUSIVE | EPOLLIN;
	CALL(epoll_ctl, epoll, EPOLL_CTL_ADD, event_fd, &event);
	CALL(epoll_ctl, epoll, EPOLL_CTL_MOD, event_fd, &event);
	CALL(epoll_ctl, epoll, EPOLL_CTL_DEL, event_fd, NULL);
	event.events = EPOLLEXCLUSIVE | EPOLLONESHOT;
	CALL(epoll_ctl, epoll, EPOLL_CTL_ADD, event_fd, &event);
	FOR_ADDRESSES(epoll_ctl, epoll, EPOLL_CTL_MOD, event_fd, BAD);
}

CHECK(epoll_descriptors, "epoll_ctl,epoll_wait")
{
	static struct epoll_event event = {.events = EPOLLIN};
	static struct epoll_event ready[4];
	FOR_FDS(epoll_ctl, FD, EPOLL_CTL_ADD, FD, &event);
	FOR_FDS(epoll_ctl, FD, EPOLL_CTL_DEL, 0, &event);
	FOR_FDS(epoll_wait, FD, ready, 4, 0);
	long epoll = CALL(epoll_create1, 0);
	CALL(epoll_ctl, epoll, EPOLL_CTL_ADD, CALL(open, "/dev/null", O_RDONLY), &event);
	CALL(epoll_ctl, epoll, EPOLL_CTL_ADD, CALL(open, "/dev/zero", O_RDONLY), &event);
	CALL(epoll_ctl, epoll, EPOLL_CTL_ADD, CALL(open, ".", O_RDONLY), &event);
	CALL(epoll_ctl, epoll, EPOLL_CTL_ADD, CALL(open, ".", O_PATH), &event);
	CALL(epoll_ctl, epoll, EPOLL_CTL_ADD, CALL(memfd_create, "x", 0), &event);
	CALL(epoll_ctl, epoll, EPOLL_CTL_ADD, CALL(timerfd_create, CLOCK_MONOTONIC, 0), &event);
	CALL(epoll_ctl, epoll, EPOLL_CTL_ADD, CALL(open, "/proc/self/mounts", O_RDONLY), &event);
	CALL(epoll_ctl, epoll, EPOLL_CTL_ADD, CALL(open, "/proc/self/stat", O_RDONLY), &event);
}

CHECK(epoll_wait_arguments, "epoll_wait,epoll_pwait,epoll_pwait2")
{
	struct epoll_event events[2];
	struct timespec nothing = {0, 0}, wrong = {0, 1000000000};
	uint64_t mask = 0;
	long epoll = CALL(epoll_create1, 0);
	CALL(epoll_wait, epoll, events, 0, 0);
	CALL(epoll_wait, epoll, events, -1, 0);
	CALL(epoll_wait, epoll, events, 1 << 30, 0);
	CALL(epoll_wait, epoll, events, 2, 1);
	CALL(epoll_pwait, epoll, events, 2, 0, &mask, 8);
	CALL(epoll_pwait, epoll, events, 2, 0, &mask, 4);
	CALL(epoll_pwait, epoll, events, 2, 0, NULL, 4);
	CALL(epoll_pwait2, epoll, events, 2, &nothing, NULL, 8);
	CALL(epoll_pwait2, epoll, events, 2, &wrong, NULL, 8);
	CALL(epoll_wait, epoll, NULL, 2, 0); /* nothing is written */
	long event_fd = CALL(eventfd2, 1, 0);
	watch(epoll, EPOLL_CTL_ADD, event_fd, EPOLLIN, 0);
	FOR_ADDRESSES(epoll_wait, epoll, BAD, 1, 0);
	FOR_ADDRESSES(epoll_pwait, epoll, events, 1, 0, BAD, 8);
	FOR_ADDRESSES(epoll_pwait2, epoll, events, 1, BAD, NULL, 8);
	ready_show(epoll, 0);
}

CHECK(epoll_closed_and_copied, "epoll_ctl,epoll_wait,dup,close")
{
	long epoll = CALL(epoll_create1, 0);
	long event_fd = CALL(eventfd2, 1, 0);
	watch(epoll, EPOLL_CTL_ADD, event_fd, EPOLLIN, 5);
	long copy = CALL(dup, event_fd);
	watch(epoll, EPOLL_CTL_ADD, copy, EPOLLIN, 6); /* a second entry */
	CALL(close, event_fd);
	ready_show(epoll, 0); /* the description lives on, both entries too */
	watch(epoll, EPOLL_CTL_DEL, event_fd, 0, 0);
	CALL(close, copy);
	ready_show(epoll, 0);
	CALL(eventfd2, 1, 0);
	watch(epoll, EPOLL_CTL_MOD, event_fd, EPOLLIN, 7); /* another description */
	watch(epoll, EPOLL_CTL_ADD, event_fd, EPOLLIN, 8);
	ready_show(epoll, 0);
}

CHECK(epoll_nested, "epoll_ctl,epoll_wait,write")
{
	uint64_t one = 1;
	long inner = CALL(epoll_create1, 0);
	long outer = CALL(epoll_create1, 0);
	long event_fd = CALL(eventfd2, 0, EFD_NONBLOCK);
	watch(inner, EPOLL_CTL_ADD, event_fd, EPOLLIN, 1);
	watch(outer, EPOLL_CTL_ADD, inner, EPOLLIN, 2);
	ready_show(outer, 0);
	CALL(write, event_fd, &one, 8);
	ready_show(outer, 0);
	ready_show(inner, 0);
	CALL(read, event_fd, &one, 8);
	ready_show(outer, 0);
	watch(inner, EPOLL_CTL_ADD, outer, EPOLLIN, 3); /* a circle */
	watch(outer, EPOLL_CTL_MOD, inner, EPOLLIN | EPOLLET, 4);
	CALL(write, event_fd, &one, 8);
	ready_show(outer, 0);
	ready_show(outer, 0);
}

CHECK(epoll_nesting_depth, "epoll_ctl,epoll_create1")
{
	long below = CALL(epoll_create1, 0);
	for (int depth = 1; depth < 8; depth++) {
		long above = QUIET(epoll_create1, 0);
		watch(above, EPOLL_CTL_ADD, below, EPOLLIN, depth);
		below = above;
	}
}

CHECK(epoll_fairness, "epoll_ctl,epoll_wait")
{
	struct epoll_event event;
	long epoll = CALL(epoll_create1, 0);
	for (int i = 0; i < 4; i++)
		watch(epoll, EPOLL_CTL_ADD, QUIET(eventfd2, 1, 0), EPOLLIN, i);
	for (int i = 0; i < 8; i++) { /* one at a time: everyone gets a turn */
		QUIET(epoll_wait, epoll, &event, 1, 0);
		NOTE("turn of %llu", (unsigned long long)event.data.u64);
	}
}

CHECK(epoll_timer, "epoll_wait,timerfd_settime")
{
	uint64_t ticks;
	struct itimerspec timer = {.it_value = {0, 200000000}};
	long epoll = CALL(epoll_create1, 0);
	long fd = CALL(timerfd_create, CLOCK_MONOTONIC, TFD_NONBLOCK);
	watch(epoll, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLET, 1);
	CALL(timerfd_settime, fd, 0, &timer, NULL);
	ready_show(epoll, 0);
	ready_show(epoll, 2000);
	ready_show(epoll, 0);
	CALL(read, fd, &ticks, 8);
	CALL(timerfd_settime, fd, 0, &timer, NULL);
	ready_show(epoll, -1);
}
