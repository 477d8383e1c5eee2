/* Signals and time: see signals.h. */
#include "signals.h"

#include <time.h>

#define SECONDS_MAX 10

volatile sig_atomic_t signals_caught;

void signal_count(int signal)
{
	(void)signal;
	signals_caught++;
}

void signal_handle(int signal, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler};
	sigaction(signal, &action, NULL);
	signals_caught = 0;
}

void signals_mask(int how, uint64_t set)
{
	QUIET(rt_sigprocmask, how, &set, NULL, 8);
}

bool signal_is_pending(int signal)
{
	uint64_t set = 0;
	QUIET(rt_sigpending, &set, 8);
	return set & SIGNAL_SET(signal);
}

long signal_take(uint64_t set, siginfo_t *info)
{
	static const struct timespec no_time;
	*info = (siginfo_t){0};
	return QUIET(rt_sigtimedwait, &set, info, &no_time, 8);
}

void pass_ms(long milliseconds)
{
	struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
	QUIET(nanosleep, &time, NULL);
}

static time_t seconds_of(clockid_t clock)
{
	struct timespec time;
	clock_gettime(clock, &time);
	return time.tv_sec;
}

/* Where others have the CPUs, a second of computing takes as long as it takes: what counts is what this one got. That
 * is asked only when the time has passed, since it is a system call. */
bool compute_until_caught(void)
{
	time_t computed = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
	do {
		time_t start = seconds_of(CLOCK_MONOTONIC);
		while (!signals_caught && seconds_of(CLOCK_MONOTONIC) - start < SECONDS_MAX)
			;
	} while (!signals_caught && seconds_of(CLOCK_PROCESS_CPUTIME_ID) - computed < SECONDS_MAX);
	return signals_caught;
}
