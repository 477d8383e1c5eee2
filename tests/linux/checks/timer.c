/* The timers of timer_create, and what their signals come with. */
#include "matrix.h"
#include "signals.h"

#include <signal.h>
#include <time.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif
#define MS 1000000l

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
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMIN, .sigev_value.sival_int = 77};
	struct itimerspec once = {{0, 0}, {0, MS}};
	siginfo_t info;
	int id = -1;
	event.sigev_notify_thread_id = (int)syscall(SYS_gettid);
	signals_mask(SIG_BLOCK, SIGNAL_SET(SIGALRM) | SIGNAL_SET(SIGRTMIN));
	for (unsigned i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
		CALL(timer_create, clocks[i], i ? &event : NULL, &id);
		CALL(timer_settime, id, 0, &once, NULL);
		pass_ms(5);
		EXPECT(signal_take(SIGNAL_SET(SIGALRM) | SIGNAL_SET(SIGRTMIN), &info) == (i ? SIGRTMIN : SIGALRM));
		EXPECT(info.si_timerid == id && (i || info.si_value.sival_int == id));
		if (i)
			info_show(&info);
		SHOW(signal_take(SIGNAL_SET(SIGALRM) | SIGNAL_SET(SIGRTMIN), &info));
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
	SHOW(signal_take(SIGNAL_SET(SIGALRM), &info));
	SHOW(signal_take(SIGNAL_SET(SIGALRM), &info));
	SHOW(signal_take(SIGNAL_SET(SIGALRM), &info));
	CALL(timer_delete, id);
	CALL(timer_delete, other);
	signals_mask(SIG_UNBLOCK, SIGNAL_SET(SIGALRM) | SIGNAL_SET(SIGRTMIN));
}

CHECK(timer_overruns, "timer_create,timer_settime,timer_gettime,timer_getoverrun,timer_delete")
{
	struct sigevent silent = {.sigev_notify = SIGEV_NONE};
	struct itimerspec timer = {{0, 10 * MS}, {0, 10 * MS}}, left, past = {{1000, 0}, {1, 0}};
	struct timespec now;
	siginfo_t info;
	int id = -1;
	signals_mask(SIG_BLOCK, SIGNAL_SET(SIGALRM));
	CALL(timer_create, CLOCK_MONOTONIC, NULL, &id);
	CALL(timer_settime, id, 0, &timer, NULL);
	pass_ms(55);
	CALL(timer_getoverrun, id); /* known when the signal is taken */
	CALL(timer_gettime, id, &left);
	EXPECT(left.it_value.tv_nsec > 0 && left.it_value.tv_nsec <= 10 * MS);
	SHOW(signal_take(SIGNAL_SET(SIGALRM), &info));
	EXPECT(info.si_overrun >= 4 && QUIET(timer_getoverrun, id) == info.si_overrun);
	pass_ms(15);
	SHOW(signal_take(SIGNAL_SET(SIGALRM), &info));
	EXPECT(info.si_overrun < 1000);
	/* A point long past comes at once, with all that would have come. */
	QUIET(clock_gettime, CLOCK_MONOTONIC, &now);
	timer = (struct itimerspec){{0, 1000}, {now.tv_sec - 1, now.tv_nsec}};
	CALL(timer_settime, id, TIMER_ABSTIME, &timer, NULL);
	pass_ms(2);
	SHOW(signal_take(SIGNAL_SET(SIGALRM), &info));
	EXPECT(info.si_overrun >= 1000000 && info.si_overrun < 9000000);
	CALL(timer_settime, id, TIMER_ABSTIME, &past, NULL);
	pass_ms(2);
	SHOW(signal_take(SIGNAL_SET(SIGALRM), &info));
	EXPECT(info.si_overrun == (now.tv_sec - 1) / 1000);
	CALL(timer_delete, id);
	CALL(timer_create, CLOCK_MONOTONIC, &silent, &id);
	timer = (struct itimerspec){{0, 10 * MS}, {0, 10 * MS}};
	CALL(timer_settime, id, 0, &timer, NULL);
	pass_ms(35);
	CALL(timer_gettime, id, &left);
	EXPECT(left.it_value.tv_nsec > 0 && left.it_value.tv_nsec <= 10 * MS);
	CALL(timer_getoverrun, id);
	SHOW(signal_is_pending(SIGALRM));
	timer = (struct itimerspec){{0, 0}, {0, MS}};
	CALL(timer_settime, id, 0, &timer, NULL);
	pass_ms(3);
	CALL(timer_gettime, id, &left);
	SHOW(left.it_value.tv_nsec);
	CALL(timer_delete, id);
	signals_mask(SIG_UNBLOCK, SIGNAL_SET(SIGALRM));
}

CHECK(timer_signals_dropped, "timer_create,timer_settime,timer_gettime,timer_delete,rt_sigpending")
{
	struct itimerspec timer = {{0, 10 * MS}, {0, 10 * MS}}, none = {{0, 0}, {0, 0}}, once = {{0, 0}, {0, MS}}, left;
	siginfo_t info;
	int id = -1;
	signals_mask(SIG_BLOCK, SIGNAL_SET(SIGALRM));
	CALL(timer_create, CLOCK_MONOTONIC, NULL, &id);
	QUIET(timer_settime, id, 0, &timer, NULL);
	pass_ms(15);
	CALL(timer_settime, id, 0, &none, &left);
	SHOW(left.it_interval.tv_nsec);
	SHOW(signal_is_pending(SIGALRM));
	SHOW(signal_take(SIGNAL_SET(SIGALRM), &info)); /* of a setting that is no more */
	SHOW(signal_is_pending(SIGALRM));
	QUIET(timer_settime, id, 0, &once, NULL);
	pass_ms(3);
	CALL(timer_gettime, id, &left);
	SHOW(left.it_value.tv_nsec + left.it_interval.tv_nsec);
	CALL(timer_delete, id);
	SHOW(signal_is_pending(SIGALRM));
	SHOW(signal_take(SIGNAL_SET(SIGALRM), &info));
	/* Ignored: what comes again is sent when somebody cares, what came once is lost. */
	signals_mask(SIG_UNBLOCK, SIGNAL_SET(SIGALRM));
	signal_handle(SIGALRM, SIG_IGN);
	CALL(timer_create, CLOCK_MONOTONIC, NULL, &id);
	QUIET(timer_settime, id, 0, &timer, NULL);
	pass_ms(35);
	CALL(timer_gettime, id, &left);
	SHOW(left.it_interval.tv_nsec);
	signals_mask(SIG_BLOCK, SIGNAL_SET(SIGALRM));
	SHOW(signal_is_pending(SIGALRM));
	signal_handle(SIGALRM, SIG_DFL);
	SHOW(signal_is_pending(SIGALRM));
	SHOW(signal_take(SIGNAL_SET(SIGALRM), &info));
	EXPECT(info.si_overrun >= 2);
	CALL(timer_delete, id);
	signals_mask(SIG_UNBLOCK, SIGNAL_SET(SIGALRM));
}

CHECK(timer_of_cpu_time, "timer_create,timer_settime,timer_gettime,timer_delete")
{
	static const int clocks[] = {CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID, -6};
	struct itimerspec timer = {{0, 10 * MS}, {0, 10 * MS}}, later = {{0, 0}, {0, 500 * MS}}, left;
	signal_handle(SIGALRM, signal_count);
	for (unsigned i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
		int id = -1;
		CALL(timer_create, clocks[i], NULL, &id);
		CALL(timer_settime, id, 0, &timer, NULL);
		signals_caught = 0;
		SHOW(compute_until_caught());
		signals_caught = 0;
		SHOW(compute_until_caught());
		CALL(timer_settime, id, 0, &later, NULL);
		signals_caught = 0;
		pass_ms(50);
		CALL(timer_gettime, id, &left);
		EXPECT(left.it_value.tv_nsec > 400 * MS);
		SHOW(signals_caught);
		CALL(timer_delete, id);
	}
	signal_handle(SIGALRM, SIG_DFL);
}
