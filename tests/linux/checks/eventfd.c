/* eventfd and timerfd. */
#include "matrix.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>

static long event_poll(long fd)
{
	struct pollfd polled = {(int)fd, POLLIN | POLLOUT | POLLPRI, 0};
	QUIET(poll, &polled, 1, 0);
	return polled.revents;
}

CHECK(eventfd_counter, "eventfd2,read,write,poll")
{
	uint64_t value = 0;
	long fd = CALL(eventfd2, 5, EFD_NONBLOCK);
	SHOW_HEX(event_poll(fd));
	CALL(read, fd, &value, 8);
	SHOW(value);
	SHOW_HEX(event_poll(fd));
	CALL(read, fd, &value, 8);
	value = 3;
	CALL(write, fd, &value, 8);
	CALL(write, fd, &value, 8);
	CALL(read, fd, &value, 16);
	SHOW(value);
	CALL(read, fd, &value, 7);
	CALL(write, fd, &value, 7);
	CALL(write, fd, &value, 16);
	SHOW(event_poll(fd));
}

CHECK(eventfd_old, "eventfd,read,fcntl")
{
	uint64_t value = 0;
	long fd = CALL(eventfd, 7);
	CALL(fcntl, fd, F_GETFL);
	CALL(fcntl, fd, F_GETFD);
	CALL(read, fd, &value, 8);
	SHOW(value);
}

CHECK(eventfd_overflow, "eventfd2,read,write,poll")
{
	uint64_t value = ~0ull;
	long fd = CALL(eventfd2, 0, EFD_NONBLOCK);
	CALL(write, fd, &value, 8);
	value = ~0ull - 1;
	CALL(write, fd, &value, 8);
	SHOW_HEX(event_poll(fd)); /* no room for one more */
	value = 1;
	CALL(write, fd, &value, 8);
	value = 0;
	CALL(write, fd, &value, 8);
	CALL(read, fd, &value, 8);
	SHOW_HEX(value);
	CALL(eventfd2, ~0u, EFD_NONBLOCK);
	CALL(read, 4, &value, 8);
	SHOW_HEX(value);
}

CHECK(eventfd_semaphore, "eventfd2,read,write")
{
	uint64_t value = 0;
	long fd = CALL(eventfd2, 2, EFD_SEMAPHORE | EFD_NONBLOCK | EFD_CLOEXEC);
	CALL(read, fd, &value, 8);
	SHOW(value);
	CALL(read, fd, &value, 8);
	SHOW(value);
	CALL(read, fd, &value, 8);
	CALL(fcntl, fd, F_GETFD);
	CALL(fcntl, fd, F_GETFL);
	CALL(eventfd2, 0, 0x10);
	CALL(eventfd, 7);
	CALL(fcntl, 4, F_GETFL);
	FOR_ADDRESSES(read, fd, BAD, 8);
	FOR_ADDRESSES(write, fd, BAD, 8);
}

CHECK(timerfd_relative, "timerfd_create,timerfd_settime,timerfd_gettime,read,poll")
{
	uint64_t ticks = 0;
	struct itimerspec timer = {.it_value = {0, 20000000}}, left;
	long fd = CALL(timerfd_create, CLOCK_MONOTONIC, TFD_NONBLOCK);
	CALL(timerfd_gettime, fd, &left);
	SHOW(left.it_value.tv_nsec);
	CALL(read, fd, &ticks, 8);
	CALL(timerfd_settime, fd, 0, &timer, NULL);
	SHOW_HEX(event_poll(fd));
	CALL(timerfd_gettime, fd, &left);
	EXPECT(left.it_value.tv_sec == 0 && left.it_value.tv_nsec > 0 && left.it_value.tv_nsec <= 20000000);
	struct pollfd polled = {(int)fd, POLLIN, 0};
	CALL(poll, &polled, 1, 2000);
	CALL(read, fd, &ticks, 8);
	SHOW(ticks);
	CALL(read, fd, &ticks, 8);
	CALL(timerfd_gettime, fd, &left);
	SHOW(left.it_value.tv_nsec);
}

CHECK(timerfd_interval, "timerfd_settime,timerfd_gettime,read,nanosleep")
{
	uint64_t ticks = 0;
	struct itimerspec timer = {{0, 5000000}, {0, 1}}, left;
	struct timespec pause = {0, 30000000};
	long fd = CALL(timerfd_create, CLOCK_MONOTONIC, 0);
	CALL(timerfd_settime, fd, 0, &timer, NULL);
	CALL(nanosleep, &pause, NULL);
	CALL(read, fd, &ticks, 8);
	EXPECT(ticks >= 6);
	CALL(read, fd, &ticks, 8); /* waits for the next */
	EXPECT(ticks >= 1);
	CALL(timerfd_gettime, fd, &left);
	SHOW(left.it_interval.tv_nsec);
	EXPECT(left.it_value.tv_nsec <= 5000000);
	timer = (struct itimerspec){0};
	CALL(timerfd_settime, fd, 0, &timer, &left); /* disarmed */
	SHOW(left.it_interval.tv_nsec);
	CALL(fcntl, fd, F_SETFL, O_NONBLOCK);
	CALL(read, fd, &ticks, 8);
}

CHECK(timerfd_absolute, "timerfd_create,timerfd_settime,read,clock_gettime")
{
	uint64_t ticks = 0;
	struct itimerspec timer = {.it_value = {1, 0}};
	static const int clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME};
	for (int i = 0; i < 3; i++) {
		long fd = CALL(timerfd_create, clocks[i], TFD_NONBLOCK);
		timer.it_value = (struct timespec){1, 0}; /* long ago */
		CALL(timerfd_settime, fd, TFD_TIMER_ABSTIME, &timer, NULL);
		CALL(read, fd, &ticks, 8);
		SHOW(ticks);
		CALL(clock_gettime, clocks[i], &timer.it_value);
		timer.it_value.tv_sec += 100;
		CALL(timerfd_settime, fd, TFD_TIMER_ABSTIME, &timer, NULL);
		CALL(read, fd, &ticks, 8);
		CALL(timerfd_gettime, fd, &timer);
		EXPECT(timer.it_value.tv_sec >= 98 && timer.it_value.tv_sec <= 100);
	}
	CALL(timerfd_settime, 3, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &timer, NULL);
}

CHECK(timerfd_errors, "timerfd_create,timerfd_settime,timerfd_gettime")
{
	struct itimerspec timer = {0};
	CALL(timerfd_create, CLOCK_PROCESS_CPUTIME_ID, 0);
	CALL(timerfd_create, CLOCK_MONOTONIC_RAW, 0);
	CALL(timerfd_create, 99, 0);
	CALL(timerfd_create, -1, 0);
	CALL(timerfd_create, CLOCK_MONOTONIC, 0x10);
	CALL(timerfd_create, CLOCK_REALTIME_ALARM, 0); /* needs CAP_WAKE_ALARM */
	long fd = CALL(timerfd_create, CLOCK_MONOTONIC, TFD_CLOEXEC);
	CALL(fcntl, fd, F_GETFD);
	timer.it_value.tv_nsec = 1000000000;
	CALL(timerfd_settime, fd, 0, &timer, NULL);
	timer.it_value.tv_nsec = -1;
	CALL(timerfd_settime, fd, 0, &timer, NULL);
	timer.it_value = (struct timespec){-1, 0};
	CALL(timerfd_settime, fd, 0, &timer, NULL);
	timer.it_value = (struct timespec){0, 0};
	timer.it_interval.tv_nsec = 1000000000;
	CALL(timerfd_settime, fd, 0, &timer, NULL);
	timer.it_interval.tv_nsec = 0;
	CALL(timerfd_settime, fd, 8, &timer, NULL);
	FOR_FDS(timerfd_settime, FD, 0, &timer, NULL);
	FOR_FDS(timerfd_gettime, FD, &timer);
	FOR_ADDRESSES(timerfd_settime, fd, 0, BAD, NULL);
	FOR_ADDRESSES(timerfd_settime, fd, 0, &timer, BAD);
	FOR_ADDRESSES(timerfd_gettime, fd, BAD);
	CALL(write, fd, &timer, 8);
	timer.it_value.tv_sec = 1;
	timer.it_value.tv_nsec = 0;
	CALL(fcntl, fd, F_SETFL, O_NONBLOCK);
	CALL(read, fd, &timer, 7);
}
