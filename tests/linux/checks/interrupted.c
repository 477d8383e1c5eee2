/* Calls that wait, and a signal that a handler catches meanwhile: what they answer with and without SA_RESTART. */
#include "conform.h"

#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>

static volatile sig_atomic_t caught;
static int feed_fd; /* the second alarm writes here, so that a restarted call ends */

static void alarmed(int signal)
{
	static const struct itimerval none;
	(void)signal;
	if (++caught < 2)
		return;
	setitimer(ITIMER_REAL, &none, NULL);
	if (feed_fd >= 0) {
		uint64_t one = 1;
		ssize_t written = write(feed_fd, &one, sizeof one);
		(void)written;
	}
}

static void handler_set(int flags)
{
	struct sigaction action = {.sa_handler = alarmed, .sa_flags = flags};
	sigaction(SIGALRM, &action, NULL);
	caught = 0;
	feed_fd = -1;
}

/* For calls that the signal ends: an alarm after 20 ms. */
static void alarm_start(int flags)
{
	static const struct itimerval once = {{0, 0}, {0, 20000}};
	handler_set(flags);
	setitimer(ITIMER_REAL, &once, NULL);
}

/* For calls that may be restarted: then a second one, which also writes to `feed`. */
static void alarms_start(int flags, int feed)
{
	static const struct itimerval twice = {{0, 20000}, {0, 20000}};
	if (!(flags & SA_RESTART)) {
		alarm_start(flags);
		return;
	}
	handler_set(flags);
	feed_fd = feed;
	setitimer(ITIMER_REAL, &twice, NULL);
}

/* Says how often the handler ran before the call came back: 1 interrupted, 2 restarted. */
static void alarms_stop(const char *what, long result)
{
	struct itimerval none = {{0, 0}, {0, 0}};
	int times = caught;
	setitimer(ITIMER_REAL, &none, NULL);
	signal(SIGALRM, SIG_IGN); /* forgets one that is blocked and pending, on a machine that is busy */
	signal(SIGALRM, SIG_DFL);
	NOTE("%s: %s, alarms %d", what, result_name(result), times);
}

CHECK(interrupted_reads, "read,rt_sigaction,setitimer")
{
	static const int flags[] = {0, SA_RESTART};
	uint64_t word;
	QUIET(rt_sigaction, SIGALRM, NULL, NULL, 8);
	QUIET(setitimer, ITIMER_REAL, NULL, NULL);
	for (unsigned i = 0; i < 2; i++) {
		const char *how = i ? "SA_RESTART" : "without";
		int ends[2], event = eventfd(0, 0), timer = timerfd_create(CLOCK_MONOTONIC, 0);
		struct itimerspec soon = {{0, 0}, {0, 500000000}};
		REQUIRE(pipe(ends) == 0);
		NOTE("%s", how);
		alarms_start(flags[i], ends[1]);
		alarms_stop("read of a pipe", QUIET(read, ends[0], &word, 8));
		alarms_start(flags[i], event);
		alarms_stop("read of an eventfd", QUIET(read, event, &word, 8));
		timerfd_settime(timer, 0, &soon, NULL);
		alarms_start(flags[i], -1);
		long result = QUIET(read, timer, &word, 8);
		NOTE("restarted: %d", caught > 1);
		alarms_stop("read of a timerfd", i ? (caught = 0, result) : result);
	}
}

CHECK(interrupted_writes, "write")
{
	static char bytes[70000];
	static const int flags[] = {0, SA_RESTART};
	for (unsigned i = 0; i < 2; i++) {
		int ends[2];
		REQUIRE(pipe(ends) == 0);
		alarm_start(flags[i]);
		long result = QUIET(write, ends[1], bytes, sizeof bytes); /* what went in counts, and ends the call */
		alarms_stop("write to a pipe that fills up", result);
		if (i)
			continue;
		alarm_start(0);
		alarms_stop("write to a full pipe", QUIET(write, ends[1], bytes, 1));
	}
}

CHECK(interrupted_sleeps, "nanosleep,clock_nanosleep,pause,rt_sigsuspend,rt_sigtimedwait")
{
	static const int flags[] = {0, SA_RESTART};
	struct timespec sleep = {5, 0}, left, until;
	uint64_t none = 0, usr1 = 1ul << (SIGUSR1 - 1), mask = 1ul << (SIGALRM - 1), now;
	siginfo_t info;
	for (unsigned i = 0; i < 2; i++) {
		left = (struct timespec){0, 0};
		alarm_start(flags[i]);
		alarms_stop("nanosleep", QUIET(nanosleep, &sleep, &left));
		EXPECT(left.tv_sec == 4);
		alarm_start(flags[i]);
		alarms_stop("clock_nanosleep", QUIET(clock_nanosleep, CLOCK_REALTIME, 0, &sleep, &left));
		QUIET(clock_gettime, CLOCK_MONOTONIC, &until);
		until.tv_sec += 5;
		left = (struct timespec){1, 1};
		alarm_start(flags[i]);
		alarms_stop("until a time", QUIET(clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &until, &left));
		SHOW(left.tv_sec); /* not written */
		alarm_start(flags[i]);
		alarms_stop("pause", QUIET(pause));
		QUIET(rt_sigprocmask, SIG_BLOCK, &mask, NULL, 8);
		alarm_start(flags[i]);
		alarms_stop("rt_sigsuspend", QUIET(rt_sigsuspend, &none, 8));
		QUIET(rt_sigprocmask, SIG_UNBLOCK, &mask, &now, 8);
		SHOW(now == mask); /* as it was before the call */
		alarm_start(flags[i]);
		alarms_stop("rt_sigtimedwait", QUIET(rt_sigtimedwait, &usr1, &info, &sleep, 8));
	}
}

CHECK(interrupted_polls, "poll,ppoll,select,pselect6,epoll_wait,epoll_pwait,futex")
{
	static const int flags[] = {0, SA_RESTART};
	static uint32_t word;
	for (unsigned i = 0; i < 2; i++) {
		struct timespec time = {5, 0};
		struct timeval value = {5, 0};
		struct epoll_event event = {.events = EPOLLIN};
		int ends[2], epoll = epoll_create1(0);
		uint64_t mask = 0, alarm = 1ul << (SIGALRM - 1), now;
		struct {
			const void *set;
			size_t bytes;
		} masked = {&mask, 8};
		fd_set set;
		REQUIRE(pipe(ends) == 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event) == 0);
		struct pollfd entry = {.fd = ends[0], .events = POLLIN};
		alarm_start(flags[i]);
		alarms_stop("poll", QUIET(poll, &entry, 1, 5000));
		QUIET(rt_sigprocmask, SIG_BLOCK, &alarm, NULL, 8);
		alarm_start(flags[i]);
		alarms_stop("ppoll", QUIET(ppoll, &entry, 1, &time, &mask, 8));
		EXPECT(time.tv_sec == 4);
		FD_ZERO(&set);
		FD_SET(ends[0], &set);
		time = (struct timespec){5, 0};
		alarm_start(flags[i]);
		alarms_stop("pselect6", QUIET(pselect6, ends[0] + 1, &set, NULL, NULL, &time, &masked));
		SHOW(FD_ISSET(ends[0], &set));
		alarm_start(flags[i]);
		alarms_stop("epoll_pwait", QUIET(epoll_pwait, epoll, &event, 1, 5000, &mask, 8));
		QUIET(rt_sigprocmask, SIG_UNBLOCK, &alarm, &now, 8);
		SHOW(now == alarm);
		alarm_start(flags[i]);
		alarms_stop("select", QUIET(select, ends[0] + 1, &set, NULL, NULL, &value));
		EXPECT(value.tv_sec == 4);
		alarm_start(flags[i]);
		alarms_stop("epoll_wait", QUIET(epoll_wait, epoll, &event, 1, 5000));
		time = (struct timespec){5, 0};
		alarm_start(flags[i]);
		alarms_stop("futex with a timeout", QUIET(futex, &word, FUTEX_WAIT_PRIVATE, 0, &time));
		alarm_start(0);
		alarms_stop("futex", QUIET(futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL));
	}
}

/* A process whose CPU time is watched is looked at now and then; its waits are as long as ever. */
CHECK(waits_beside_cpu_timers, "futex,poll,setitimer")
{
	static uint32_t word;
	struct itimerval often = {{0, 2000}, {0, 2000}}, none = {{0, 0}, {0, 0}};
	struct timespec time = {0, 50000000}, start, end;
	signal(SIGPROF, SIG_IGN);
	QUIET(setitimer, ITIMER_PROF, &often, NULL);
	QUIET(clock_gettime, CLOCK_MONOTONIC, &start);
	CALL(futex, &word, FUTEX_WAIT_PRIVATE, 0, &time);
	CALL(poll, NULL, 0, 50);
	QUIET(clock_gettime, CLOCK_MONOTONIC, &end);
	long passed_ms = (end.tv_sec - start.tv_sec) * 1000 + (end.tv_nsec - start.tv_nsec) / 1000000;
	EXPECT(passed_ms >= 99 && passed_ms < 1000);
	QUIET(setitimer, ITIMER_PROF, &none, NULL);
	signal(SIGPROF, SIG_DFL);
}
