/* Calls that wait for a time, stopped and continued again and again: they end when the time has come all the same. */
#include "../family.h"
#include "../signals.h"

#include <linux/futex.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>

#define WAIT_NS 120000000
#define WAIT_MS 120
/* A call that began anew each time would outlast them all. */
#define STOPS_MAX 400
#define PAUSE_MS 20

static struct timespec time_until(void)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += WAIT_NS;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	return until;
}

static long wait_in_call(int which)
{
	static uint32_t word;
	struct timespec time = {0, WAIT_NS}, until;
	struct timeval value = {0, WAIT_NS / 1000};
	switch (which) {
	case 0:
		return QUIET(nanosleep, &time, NULL);
	case 1:
		return QUIET(clock_nanosleep, CLOCK_MONOTONIC, 0, &time, NULL);
	case 2:
		until = time_until();
		return QUIET(clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
	case 3:
		return QUIET(futex, &word, FUTEX_WAIT_PRIVATE, 0, &time);
	case 4:
		until = time_until();
		return QUIET(futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 0, &until, NULL, FUTEX_BITSET_MATCH_ANY);
	case 5:
		return QUIET(poll, NULL, 0, WAIT_MS);
	case 6:
		return QUIET(ppoll, NULL, 0, &time, NULL, 8);
	default:
		return QUIET(select, 0, NULL, NULL, NULL, &value);
	}
}

static const char *const waits[] = {"nanosleep", "clock_nanosleep", "until a time", "futex", "futex until a time",
				    "poll",      "ppoll",           "select"};

CHECK(waits_continued, "nanosleep,clock_nanosleep,futex,poll,ppoll,select,kill")
{
	struct timespec now = {0, 0};
	QUIET(nanosleep, NULL, NULL);
	QUIET(clock_nanosleep, -1, 0, NULL, NULL);
	QUIET(futex, NULL, FUTEX_WAKE, 0);
	QUIET(poll, NULL, 0, 0);
	QUIET(ppoll, NULL, 0, &now, NULL, 8);
	QUIET(select, -1, NULL, NULL, NULL, NULL);
	for (int which = 0; which < (int)(sizeof(waits) / sizeof(waits[0])); which++) {
		volatile int *shared = family_memory();
		pid_t child = family_fork();
		int stops = 0;
		if (child == 0) {
			shared[0] = (int)wait_in_call(which);
			shared[1] = 1;
			_exit(0);
		}
		for (; stops < STOPS_MAX && !shared[1]; stops++) {
			pass_ms(PAUSE_MS);
			QUIET(kill, child, SIGSTOP);
			QUIET(kill, child, SIGCONT);
		}
		EXPECT(stops < STOPS_MAX);
		NOTE("%s: %s", waits[which], result_name(shared[0]));
		family_kill(child);
	}
}

/* With a handler they end, whatever SA_RESTART says: only calls that have no timeout are restarted. */
CHECK(waits_with_handler, "futex,setitimer,rt_sigaction")
{
	static uint32_t word;
	for (int flags = 0; flags <= SA_RESTART; flags += SA_RESTART) {
		struct sigaction action = {.sa_handler = signal_count, .sa_flags = flags};
		struct itimerval often = {{0, 50000}, {0, 50000}}, none = {{0, 0}, {0, 0}};
		struct timespec until, time = {5, 0};
		sigaction(SIGALRM, &action, NULL);
		QUIET(rt_sigaction, SIGALRM, NULL, NULL, 8);
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += 5;
		QUIET(setitimer, ITIMER_REAL, &often, NULL);
		CALL(futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 0, &until, NULL, FUTEX_BITSET_MATCH_ANY);
		CALL(futex, &word, FUTEX_WAIT_PRIVATE, 0, &time);
		QUIET(setitimer, ITIMER_REAL, &none, NULL);
	}
}
