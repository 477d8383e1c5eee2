/* Timers that send signals: setitimer's, timer_create's, and what their signals are with. */
#include "matrix.h"

#include <signal.h>
#include <sys/time.h>
#include <time.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif
#define MS 1000000l
#define SET(signal) (1ul << ((signal)-1))

static const struct timespec no_time;
static volatile sig_atomic_t caught;

static void count(int signal)
{
	(void)signal;
	caught++;
}

static void handler_set(int signal, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler};
	sigaction(signal, &action, NULL);
	caught = 0;
}

static void block(int how, uint64_t set)
{
	QUIET(rt_sigprocmask, how, &set, NULL, 8);
}

static bool is_pending(int signal)
{
	uint64_t set = 0;
	QUIET(rt_sigpending, &set, 8);
	return set & SET(signal);
}

/* The number of the first signal of the set that is pending now, or the error. */
static long take(uint64_t set, siginfo_t *info)
{
	*info = (siginfo_t){0};
	return QUIET(rt_sigtimedwait, &set, info, &no_time, 8);
}

static void pass_ms(long milliseconds)
{
	struct timespec time = {milliseconds / 1000, milliseconds % 1000 * MS};
	QUIET(nanosleep, &time, NULL);
}

/* Computes, without a system call, until a signal was caught or ten seconds have passed. */
static bool compute_until_caught(void)
{
	struct timespec now, start;
	clock_gettime(CLOCK_MONOTONIC, &start);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while (!caught && now.tv_sec - start.tv_sec < 10);
	return caught;
}

CHECK(itimer_interrupts_computing, "setitimer,getitimer")
{
	struct itimerval once = {{0, 0}, {0, 20000}}, again = {{0, 5000}, {0, 5000}}, none = {{0, 0}, {0, 0}}, left;
	handler_set(SIGALRM, count);
	CALL(setitimer, ITIMER_REAL, &once, NULL);
	SHOW(compute_until_caught());
	CALL(getitimer, ITIMER_REAL, &left);
	SHOW(left.it_value.tv_sec + left.it_value.tv_usec);
	CALL(setitimer, ITIMER_REAL, &again, NULL);
	for (int i = 0; i < 3; i++) {
		caught = 0;
		SHOW(compute_until_caught());
	}
	CALL(setitimer, ITIMER_REAL, &none, &left);
	SHOW(left.it_interval.tv_usec);
	EXPECT(left.it_value.tv_usec > 0 && left.it_value.tv_usec <= 5000);
	handler_set(SIGALRM, SIG_DFL);
}

CHECK(itimer_of_cpu_time, "setitimer,getitimer")
{
	struct itimerval timer = {{0, 10000}, {0, 10000}}, none = {{0, 0}, {0, 0}}, left;
	static const int signals[] = {[ITIMER_VIRTUAL] = SIGVTALRM, [ITIMER_PROF] = SIGPROF};
	for (int which = ITIMER_VIRTUAL; which <= ITIMER_PROF; which++) {
		handler_set(signals[which], count);
		CALL(setitimer, which, &timer, NULL);
		SHOW(compute_until_caught());
		caught = 0;
		SHOW(compute_until_caught());
		CALL(setitimer, which, &none, &left);
		SHOW(left.it_interval.tv_usec);
		/* Sleeping takes none. */
		timer.it_value.tv_usec = 200000;
		CALL(setitimer, which, &timer, NULL);
		caught = 0;
		pass_ms(300);
		SHOW(caught);
		CALL(getitimer, which, &left);
		EXPECT(left.it_value.tv_usec > 100000);
		CALL(setitimer, which, &none, NULL);
		timer.it_value.tv_usec = 10000;
		handler_set(signals[which], SIG_DFL);
	}
}

CHECK(itimer_blocked_and_ignored, "setitimer,getitimer,rt_sigpending,rt_sigtimedwait")
{
	struct itimerval timer = {{0, 10000}, {0, 10000}}, none = {{0, 0}, {0, 0}}, left;
	siginfo_t info;
	block(SIG_BLOCK, SET(SIGALRM));
	CALL(setitimer, ITIMER_REAL, &timer, NULL);
	pass_ms(35);
	SHOW(is_pending(SIGALRM));
	CALL(getitimer, ITIMER_REAL, &left); /* it rests until the signal is taken */
	SHOW(left.it_value.tv_usec);
	SHOW(left.it_interval.tv_usec);
	SHOW(take(SET(SIGALRM), &info));
	SHOW(info.si_code == SI_KERNEL);
	SHOW(info.si_pid);
	SHOW(take(SET(SIGALRM), &info));
	pass_ms(25);
	SHOW(take(SET(SIGALRM), &info));
	CALL(setitimer, ITIMER_REAL, &timer, NULL);
	pass_ms(25);
	CALL(setitimer, ITIMER_REAL, &none, NULL);
	SHOW(is_pending(SIGALRM)); /* disarming takes nothing back */
	handler_set(SIGALRM, SIG_IGN);
	SHOW(is_pending(SIGALRM));
	block(SIG_UNBLOCK, SET(SIGALRM));
	CALL(setitimer, ITIMER_REAL, &timer, NULL);
	pass_ms(25);
	CALL(getitimer, ITIMER_REAL, &left);
	SHOW(left.it_value.tv_usec);
	CALL(setitimer, ITIMER_REAL, &none, NULL);
	handler_set(SIGALRM, SIG_DFL);
}

CHECK(itimer_settings, "setitimer,getitimer,alarm")
{
	struct itimerval timer = {{5, 0}, {0, 0}}, left;
	CALL(setitimer, ITIMER_REAL, &timer, NULL);
	CALL(getitimer, ITIMER_REAL, &left);
	SHOW(left.it_interval.tv_sec);
	CALL(setitimer, ITIMER_PROF, &timer, NULL);
	CALL(getitimer, ITIMER_PROF, &left);
	SHOW(left.it_interval.tv_sec);
	CALL(setitimer, ITIMER_PROF, NULL, NULL);
	timer.it_value.tv_sec = -1;
	CALL(setitimer, ITIMER_REAL, &timer, NULL);
	timer.it_value = (struct timeval){1l << 60, 0};
	CALL(setitimer, ITIMER_REAL, &timer, NULL);
	CALL(getitimer, ITIMER_REAL, &left);
	EXPECT(left.it_value.tv_sec > 9000000000);
	CALL(setitimer, 3, NULL, NULL);
	CALL_OK(alarm, 0xffffffff);
	EXPECT(QUIET(alarm, 0) == 0xffffffff);
	FOR_ADDRESSES(setitimer, ITIMER_VIRTUAL, BAD, NULL);
	FOR_ADDRESSES(setitimer, ITIMER_VIRTUAL, NULL, BAD);
}

CHECK(timer_create_errors, "timer_create,timer_delete")
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	int id;
	for (int clock = -2; clock < 13; clock++) {
		if (clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM)
			continue; /* only where there is a clock that wakes the machine */
		long result = QUIET(timer_create, clock, NULL, &id);
		NOTE("clock %d: %s", clock, result_name(result));
		if (result == 0)
			CALL(timer_delete, id);
	}
	CALL(timer_create, ~4000000 * 8 + 2, NULL, &id); /* the CPU time of no such process */
	CALL(timer_create, 77, (void *)8, &id);
	event.sigev_signo = 0;
	CALL(timer_create, CLOCK_MONOTONIC, &event, &id);
	event.sigev_signo = 65;
	CALL(timer_create, CLOCK_MONOTONIC, &event, &id);
	event.sigev_notify = SIGEV_NONE;
	CALL(timer_create, CLOCK_MONOTONIC, &event, &id);
	CALL(timer_delete, id);
	event.sigev_notify = SIGEV_NONE | SIGEV_THREAD_ID;
	CALL(timer_create, CLOCK_MONOTONIC, &event, &id);
	event.sigev_notify = SIGEV_THREAD_ID;
	event.sigev_signo = SIGUSR1;
	event.sigev_notify_thread_id = 4000000;
	CALL(timer_create, CLOCK_MONOTONIC, &event, &id);
	event.sigev_notify_thread_id = 0;
	CALL(timer_create, CLOCK_MONOTONIC, &event, &id);
	CALL(timer_delete, 4000000);
	CALL(timer_delete, -1);
	FOR_ADDRESSES(timer_create, CLOCK_MONOTONIC, NULL, BAD);
	FOR_ADDRESSES(timer_create, CLOCK_MONOTONIC, BAD, &id);
}

CHECK(timer_settings, "timer_create,timer_settime,timer_gettime,timer_getoverrun,timer_delete")
{
	struct itimerspec timer = {{5, 0}, {0, 0}}, left = {{9, 9}, {9, 9}};
	int id = -1;
	CALL(timer_create, CLOCK_MONOTONIC, NULL, &id);
	CALL(timer_gettime, id, &left);
	SHOW(left.it_value.tv_sec + left.it_value.tv_nsec + left.it_interval.tv_sec);
	CALL(timer_settime, id, 0, &timer, &left); /* disarmed, it forgets the interval */
	CALL(timer_gettime, id, &left);
	SHOW(left.it_interval.tv_sec);
	timer.it_value.tv_sec = 100;
	CALL(timer_settime, id, 0xff00, &timer, NULL);
	CALL(timer_gettime, id, &left);
	SHOW(left.it_interval.tv_sec);
	EXPECT(left.it_value.tv_sec >= 98 && left.it_value.tv_sec <= 100);
	timer.it_value.tv_nsec = 1000000000;
	CALL(timer_settime, id, 0, &timer, NULL);
	CALL(timer_settime, 4000000, 0, &timer, NULL);
	timer.it_value = (struct timespec){0, 0};
	CALL(timer_settime, 4000000, 0, &timer, NULL);
	CALL(timer_settime, id, 0, NULL, NULL);
	CALL(timer_settime, id, 0, &timer, &left);
	EXPECT(left.it_value.tv_sec >= 98 && left.it_interval.tv_sec == 5);
	CALL(timer_gettime, 4000000, NULL);
	CALL(timer_getoverrun, id);
	CALL(timer_getoverrun, 4000000);
	FOR_ADDRESSES(timer_gettime, id, BAD);
	FOR_ADDRESSES(timer_settime, id, 0, BAD, NULL);
	FOR_ADDRESSES(timer_settime, id, 0, &timer, BAD);
	CALL(timer_delete, id);
	CALL(timer_delete, id);
	CALL(timer_gettime, id, &left);
}

static void info_show(const siginfo_t *info)
{
	NOTE("code %d value %d overrun %d errno %d", info->si_code, info->si_value.sival_int, info->si_overrun,
	     info->si_errno);
}

CHECK(timer_signals, "timer_create,timer_settime,timer_getoverrun,timer_delete,rt_sigtimedwait")
{
	static const int clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME};
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMIN, .sigev_value.sival_int = 77};
	struct itimerspec once = {{0, 0}, {0, MS}};
	siginfo_t info;
	int id = -1;
	event.sigev_notify_thread_id = (int)syscall(SYS_gettid);
	block(SIG_BLOCK, SET(SIGALRM) | SET(SIGRTMIN));
	for (unsigned i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
		CALL(timer_create, clocks[i], i ? &event : NULL, &id);
		CALL(timer_settime, id, 0, &once, NULL);
		pass_ms(5);
		EXPECT(take(SET(SIGALRM) | SET(SIGRTMIN), &info) == (i ? SIGRTMIN : SIGALRM));
		EXPECT(info.si_timerid == id && (i || info.si_value.sival_int == id));
		if (i)
			info_show(&info);
		SHOW(take(SET(SIGALRM) | SET(SIGRTMIN), &info));
		CALL(timer_getoverrun, id);
		CALL(timer_delete, id);
	}
	/* Two timers, one signal: each is queued. */
	int other = -1;
	CALL(timer_create, CLOCK_MONOTONIC, NULL, &id);
	CALL(timer_create, CLOCK_MONOTONIC, NULL, &other);
	QUIET(timer_settime, id, 0, &once, NULL);
	QUIET(timer_settime, other, 0, &once, NULL);
	pass_ms(5);
	SHOW(take(SET(SIGALRM), &info));
	SHOW(take(SET(SIGALRM), &info));
	SHOW(take(SET(SIGALRM), &info));
	CALL(timer_delete, id);
	CALL(timer_delete, other);
	block(SIG_UNBLOCK, SET(SIGALRM) | SET(SIGRTMIN));
}

CHECK(timer_overruns, "timer_create,timer_settime,timer_gettime,timer_getoverrun,timer_delete")
{
	struct sigevent silent = {.sigev_notify = SIGEV_NONE};
	struct itimerspec timer = {{0, 10 * MS}, {0, 10 * MS}}, left, past = {{1000, 0}, {1, 0}};
	struct timespec now;
	siginfo_t info;
	int id = -1;
	block(SIG_BLOCK, SET(SIGALRM));
	CALL(timer_create, CLOCK_MONOTONIC, NULL, &id);
	CALL(timer_settime, id, 0, &timer, NULL);
	pass_ms(55);
	CALL(timer_getoverrun, id); /* known when the signal is taken */
	CALL(timer_gettime, id, &left);
	EXPECT(left.it_value.tv_nsec > 0 && left.it_value.tv_nsec <= 10 * MS);
	SHOW(take(SET(SIGALRM), &info));
	EXPECT(info.si_overrun >= 4 && QUIET(timer_getoverrun, id) == info.si_overrun);
	pass_ms(15);
	SHOW(take(SET(SIGALRM), &info));
	EXPECT(info.si_overrun < 4);
	/* A point long past comes at once, with all that would have come. */
	QUIET(clock_gettime, CLOCK_MONOTONIC, &now);
	timer = (struct itimerspec){{0, 1000}, {now.tv_sec - 1, now.tv_nsec}};
	CALL(timer_settime, id, TIMER_ABSTIME, &timer, NULL);
	pass_ms(2);
	SHOW(take(SET(SIGALRM), &info));
	EXPECT(info.si_overrun >= 1000000 && info.si_overrun < 9000000);
	CALL(timer_settime, id, TIMER_ABSTIME, &past, NULL);
	pass_ms(2);
	SHOW(take(SET(SIGALRM), &info));
	EXPECT(info.si_overrun == (now.tv_sec - 1) / 1000);
	CALL(timer_delete, id);
	CALL(timer_create, CLOCK_MONOTONIC, &silent, &id);
	timer = (struct itimerspec){{0, 10 * MS}, {0, 10 * MS}};
	CALL(timer_settime, id, 0, &timer, NULL);
	pass_ms(35);
	CALL(timer_gettime, id, &left);
	EXPECT(left.it_value.tv_nsec > 0 && left.it_value.tv_nsec <= 10 * MS);
	CALL(timer_getoverrun, id);
	SHOW(is_pending(SIGALRM));
	timer = (struct itimerspec){{0, 0}, {0, MS}};
	CALL(timer_settime, id, 0, &timer, NULL);
	pass_ms(3);
	CALL(timer_gettime, id, &left);
	SHOW(left.it_value.tv_nsec);
	CALL(timer_delete, id);
	block(SIG_UNBLOCK, SET(SIGALRM));
}

CHECK(timer_signals_dropped, "timer_create,timer_settime,timer_gettime,timer_delete,rt_sigpending")
{
	struct itimerspec timer = {{0, 10 * MS}, {0, 10 * MS}}, none = {{0, 0}, {0, 0}}, once = {{0, 0}, {0, MS}}, left;
	siginfo_t info;
	int id = -1;
	block(SIG_BLOCK, SET(SIGALRM));
	CALL(timer_create, CLOCK_MONOTONIC, NULL, &id);
	QUIET(timer_settime, id, 0, &timer, NULL);
	pass_ms(15);
	CALL(timer_settime, id, 0, &none, &left);
	SHOW(left.it_interval.tv_nsec);
	SHOW(is_pending(SIGALRM));
	SHOW(take(SET(SIGALRM), &info)); /* of a setting that is no more */
	SHOW(is_pending(SIGALRM));
	QUIET(timer_settime, id, 0, &once, NULL);
	pass_ms(3);
	CALL(timer_gettime, id, &left);
	SHOW(left.it_value.tv_nsec + left.it_interval.tv_nsec);
	CALL(timer_delete, id);
	SHOW(is_pending(SIGALRM));
	SHOW(take(SET(SIGALRM), &info));
	/* Ignored: what comes again is sent when somebody cares, what came once is lost. */
	block(SIG_UNBLOCK, SET(SIGALRM));
	handler_set(SIGALRM, SIG_IGN);
	CALL(timer_create, CLOCK_MONOTONIC, NULL, &id);
	QUIET(timer_settime, id, 0, &timer, NULL);
	pass_ms(35);
	CALL(timer_gettime, id, &left);
	SHOW(left.it_interval.tv_nsec);
	block(SIG_BLOCK, SET(SIGALRM));
	SHOW(is_pending(SIGALRM));
	handler_set(SIGALRM, SIG_DFL);
	SHOW(is_pending(SIGALRM));
	SHOW(take(SET(SIGALRM), &info));
	EXPECT(info.si_overrun >= 2);
	CALL(timer_delete, id);
	block(SIG_UNBLOCK, SET(SIGALRM));
}

CHECK(timer_of_cpu_time, "timer_create,timer_settime,timer_gettime,timer_delete")
{
	static const int clocks[] = {CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID, -6};
	struct itimerspec timer = {{0, 10 * MS}, {0, 10 * MS}}, later = {{0, 0}, {0, 500 * MS}}, left;
	handler_set(SIGALRM, count);
	for (unsigned i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
		int id = -1;
		CALL(timer_create, clocks[i], NULL, &id);
		CALL(timer_settime, id, 0, &timer, NULL);
		caught = 0;
		SHOW(compute_until_caught());
		caught = 0;
		SHOW(compute_until_caught());
		CALL(timer_settime, id, 0, &later, NULL);
		caught = 0;
		pass_ms(50);
		CALL(timer_gettime, id, &left);
		EXPECT(left.it_value.tv_nsec > 400 * MS);
		SHOW(caught);
		CALL(timer_delete, id);
	}
	handler_set(SIGALRM, SIG_DFL);
}
