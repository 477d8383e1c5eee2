/* The timers of setitimer and alarm, and what their signals come with. */
#include "matrix.h"
#include "signals.h"

#include <signal.h>
#include <sys/time.h>
#include <time.h>

CHECK(itimer_interrupts_computing, "setitimer,getitimer")
{
	struct itimerval once = {{0, 0}, {0, 20000}}, again = {{0, 5000}, {0, 5000}}, none = {{0, 0}, {0, 0}}, left;
	signal_handle(SIGALRM, signal_count);
	CALL(setitimer, ITIMER_REAL, &once, NULL);
	SHOW(compute_until_caught());
	CALL(getitimer, ITIMER_REAL, &left);
	SHOW(left.it_value.tv_sec + left.it_value.tv_usec);
	CALL(setitimer, ITIMER_REAL, &again, NULL);
	for (int i = 0; i < 3; i++) {
		signals_caught = 0;
		SHOW(compute_until_caught());
	}
	CALL(setitimer, ITIMER_REAL, &none, &left);
	SHOW(left.it_interval.tv_usec);
	EXPECT(left.it_value.tv_usec > 0 && left.it_value.tv_usec <= 5000);
	signal_handle(SIGALRM, SIG_DFL);
}

CHECK(itimer_of_cpu_time, "setitimer,getitimer")
{
	struct itimerval timer = {{0, 10000}, {0, 10000}}, none = {{0, 0}, {0, 0}}, left;
	static const int signals[] = {[ITIMER_VIRTUAL] = SIGVTALRM, [ITIMER_PROF] = SIGPROF};
	for (int which = ITIMER_VIRTUAL; which <= ITIMER_PROF; which++) {
		signal_handle(signals[which], signal_count);
		CALL(setitimer, which, &timer, NULL);
		SHOW(compute_until_caught());
		signals_caught = 0;
		SHOW(compute_until_caught());
		CALL(setitimer, which, &none, &left);
		SHOW(left.it_interval.tv_usec);
		/* Sleeping takes none. */
		timer.it_value.tv_usec = 200000;
		CALL(setitimer, which, &timer, NULL);
		signals_caught = 0;
		pass_ms(300);
		SHOW(signals_caught);
		CALL(getitimer, which, &left);
		EXPECT(left.it_value.tv_usec > 100000);
		CALL(setitimer, which, &none, NULL);
		timer.it_value.tv_usec = 10000;
		signal_handle(signals[which], SIG_DFL);
	}
}

CHECK(itimer_blocked_and_ignored, "setitimer,getitimer,rt_sigpending,rt_sigtimedwait")
{
	struct itimerval timer = {{0, 200000}, {0, 200000}}, none = {{0, 0}, {0, 0}}, left;
	siginfo_t info;
	signals_mask(SIG_BLOCK, SIGNAL_SET(SIGALRM));
	CALL(setitimer, ITIMER_REAL, &timer, NULL);
	pass_ms(500); /* half way to the next point: a slow machine has time */
	SHOW(signal_is_pending(SIGALRM));
	CALL(getitimer, ITIMER_REAL, &left); /* it rests until the signal is taken */
	SHOW(left.it_value.tv_usec);
	SHOW(left.it_interval.tv_usec);
	SHOW(signal_take(SIGNAL_SET(SIGALRM), &info));
	SHOW(info.si_code == SI_KERNEL);
	SHOW(info.si_pid);
	SHOW(signal_take(SIGNAL_SET(SIGALRM), &info));
	pass_ms(200);
	SHOW(signal_take(SIGNAL_SET(SIGALRM), &info));
	CALL(setitimer, ITIMER_REAL, &timer, NULL);
	pass_ms(250);
	CALL(setitimer, ITIMER_REAL, &none, NULL);
	SHOW(signal_is_pending(SIGALRM)); /* disarming takes nothing back */
	signal_handle(SIGALRM, SIG_IGN);
	SHOW(signal_is_pending(SIGALRM));
	signals_mask(SIG_UNBLOCK, SIGNAL_SET(SIGALRM));
	CALL(setitimer, ITIMER_REAL, &timer, NULL);
	pass_ms(250);
	CALL(getitimer, ITIMER_REAL, &left);
	SHOW(left.it_value.tv_usec);
	CALL(setitimer, ITIMER_REAL, &none, NULL);
	signal_handle(SIGALRM, SIG_DFL);
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
