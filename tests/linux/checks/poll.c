/* poll, ppoll, select, pselect6. */
#include "matrix.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <time.h>

CHECK(poll_descriptors, "poll")
{
	static struct pollfd polled;
	long all = POLLIN | POLLOUT | POLLPRI | POLLRDHUP | POLLRDNORM | POLLWRNORM | POLLRDBAND | POLLWRBAND;
	int ends[2];
	file_make("a", "");
	const int fds[] = {(int)QUIET(open, "a", O_RDONLY),
			   (int)QUIET(open, ".", O_RDONLY),
			   (int)QUIET(open, ".", O_PATH),
			   (int)QUIET(open, "/dev/null", O_RDWR),
			   (int)QUIET(open, "/dev/zero", O_RDWR),
			   (int)QUIET(epoll_create1, 0),
			   (int)QUIET(eventfd2, 1, 0),
			   (int)QUIET(timerfd_create, CLOCK_MONOTONIC, 0),
			   (int)QUIET(memfd_create, "x", 0),
			   (int)QUIET(open, "/proc/self/mounts", O_RDONLY),
			   (int)QUIET(open, "/proc/self/stat", O_RDONLY),
			   (int)QUIET(open, "/dev/urandom", O_RDONLY),
			   77,
			   -1,
			   -5};
	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
		polled = (struct pollfd){fds[i], (short)all, 0};
		long count = QUIET(poll, &polled, 1, 0);
		NOTE("%zu: %ld %#x", i, count, polled.revents);
	}
	CALL(pipe2, ends, 0);
	struct pollfd two[2] = {{ends[0], 0, -1}, {ends[1], POLLOUT, -1}};
	CALL(poll, two, 2, 0);
	SHOW(two[0].revents);
	SHOW(two[1].revents);
}

CHECK(poll_timeouts, "poll,ppoll,clock_gettime")
{
	int ends[2];
	struct timespec before, after, wait = {0, 10000000}, wrong = {0, -1}, negative = {-1, 0};
	CALL(pipe2, ends, 0);
	struct pollfd polled = {ends[0], POLLIN, 0};
	CALL(clock_gettime, CLOCK_MONOTONIC, &before);
	CALL(poll, &polled, 1, 10);
	CALL(poll, NULL, 0, 1);
	CALL(ppoll, &polled, 1, &wait, NULL, 8);
	SHOW(wait.tv_nsec); /* what was left */
	CALL(clock_gettime, CLOCK_MONOTONIC, &after);
	EXPECT((after.tv_sec - before.tv_sec) * 1000000000l + after.tv_nsec - before.tv_nsec >= 21000000);
	CALL(ppoll, &polled, 1, &wrong, NULL, 8);
	CALL(ppoll, &polled, 1, &negative, NULL, 8);
	CALL(write, ends[1], "x", 1);
	CALL(poll, &polled, 1, -1);
	CALL(ppoll, &polled, 1, NULL, NULL, 0);
	CALL(poll, &polled, 1, -12345);
}

CHECK(poll_arguments, "poll,ppoll,prlimit64")
{
	struct rlimit old, low;
	uint64_t mask = 0;
	struct pollfd many[40];
	struct timespec nothing = {0, 0};
	memset(many, 0xff, sizeof many);
	CALL(poll, NULL, 0, 0);
	CALL(poll, NULL, 1, 0);
	CALL(poll, many, 40, 0);
	CALL(prlimit64, 0, RLIMIT_NOFILE, NULL, &old);
	low = (struct rlimit){30, old.rlim_max};
	CALL(prlimit64, 0, RLIMIT_NOFILE, &low, NULL);
	CALL(poll, many, 30, 0);
	CALL(poll, many, 31, 0);
	CALL(prlimit64, 0, RLIMIT_NOFILE, &old, NULL);
	CALL(ppoll, many, 1, &nothing, &mask, 8);
	CALL(ppoll, many, 1, &nothing, &mask, 7);
	FOR_ADDRESSES(poll, BAD, 1, 0);
	many[0] = (struct pollfd){0, POLLIN, 0}; /* standard input is always ready */
	FOR_ADDRESSES(ppoll, many, 1, BAD, NULL, 8);
	FOR_ADDRESSES(ppoll, many, 1, &nothing, BAD, 8);
}

static void sets_show(const fd_set *sets, int count)
{
	for (int set = 0; set < 3; set++)
		for (int fd = 0; fd < count; fd++)
			if (FD_ISSET(fd, &sets[set]))
				NOTE("set %d has %d", set, fd);
}

CHECK(select_basics, "select,pselect6")
{
	int ends[2];
	fd_set sets[3];
	struct timeval nothing = {0, 0}, wait = {0, 5000};
	struct timespec pause = {0, 5000000};
	CALL(pipe2, ends, O_NONBLOCK);
	long event_fd = CALL(eventfd2, 3, 0);
	for (int set = 0; set < 3; set++) {
		FD_ZERO(&sets[set]);
		for (int fd = 3; fd <= event_fd; fd++)
			FD_SET(fd, &sets[set]);
	}
	CALL(select, 6, &sets[0], &sets[1], &sets[2], &nothing);
	sets_show(sets, 6);
	memset(sets, 0, sizeof sets);
	FD_SET(ends[0], &sets[0]);
	CALL(select, 6, &sets[0], NULL, NULL, &wait);
	SHOW(wait.tv_usec);
	sets_show(sets, 6);
	CALL(pselect6, 0, NULL, NULL, NULL, &pause, NULL);
	SHOW(pause.tv_nsec);
	CALL(close, ends[1]);
	memset(sets, 0, sizeof sets);
	FD_SET(ends[0], &sets[0]);
	FD_SET(ends[0], &sets[2]);
	CALL(select, 6, &sets[0], &sets[1], &sets[2], NULL);
	sets_show(sets, 6);
}

CHECK(select_errors, "select,pselect6")
{
	fd_set set;
	struct timeval nothing = {0, 0}, wrong = {-1, 0}, odd = {0, 1000000}, negative = {0, -1};
	struct timespec wrong_ns = {0, 1000000000}, nothing_ns = {0, 0};
	struct {
		const void *mask;
		size_t bytes;
	} bad_mask = {&nothing, 3};
	FD_ZERO(&set);
	FD_SET(77, &set);
	CALL(select, 80, &set, NULL, NULL, &nothing);
	CALL(select, 70, &set, NULL, NULL, &nothing);
	CALL(select, -1, NULL, NULL, NULL, &nothing);
	CALL(select, 100000, NULL, NULL, NULL, &nothing);
	CALL(select, 0, NULL, NULL, NULL, &wrong);
	CALL(select, 0, NULL, NULL, NULL, &negative);
	odd.tv_usec = 1000000; /* carried over to seconds */
	FD_ZERO(&set);
	FD_SET(0, &set);
	CALL(select, 1, &set, NULL, NULL, &odd);
	CALL(pselect6, 0, NULL, NULL, NULL, &wrong_ns, NULL);
	CALL(pselect6, 0, NULL, NULL, NULL, &nothing_ns, &bad_mask);
	FOR_ADDRESSES(select, 1, BAD, NULL, NULL, &nothing);
	FOR_ADDRESSES(select, 1, &set, NULL, NULL, BAD); /* standard input is ready */
	FOR_ADDRESSES(pselect6, 0, NULL, NULL, NULL, &nothing_ns, BAD);
}
