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

bool compute_until_caught(void)
{
	struct timespec now, start;
	clock_gettime(CLOCK_MONOTONIC, &start);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while (!signals_caught && now.tv_sec - start.tv_sec < SECONDS_MAX);
	return signals_caught;
}
