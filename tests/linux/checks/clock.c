/* Clocks and sleeping. */
#include "matrix.h"

#include <sys/time.h>
#include <time.h>

static long span_ns(const struct timespec *from, const struct timespec *to)
{
	return (to->tv_sec - from->tv_sec) * 1000000000l + to->tv_nsec - from->tv_nsec;
}

CHECK(clock_gettime_clocks, "clock_gettime,clock_getres")
{
	struct timespec now, resolution;
	for (int clock = -2; clock < 13; clock++) {
		if (clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM)
			continue; /* only where there is a clock that wakes the machine */
		long result = QUIET(clock_gettime, clock, &now);
		NOTE("clock %d: %s %s", clock, result_name(result),
		     result_name(QUIET(clock_getres, clock, &resolution)));
		if (result == 0)
			EXPECT(now.tv_nsec >= 0 && now.tv_nsec < 1000000000);
	}
	CALL(clock_getres, CLOCK_MONOTONIC, &resolution);
	SHOW(resolution.tv_nsec);
	CALL(clock_getres, CLOCK_REALTIME, NULL);
	CALL(clock_getres, 99, NULL);
	FOR_ADDRESSES(clock_gettime, CLOCK_MONOTONIC, BAD);
	FOR_ADDRESSES(clock_gettime, CLOCK_PROCESS_CPUTIME_ID, BAD);
	FOR_ADDRESSES(clock_getres, CLOCK_MONOTONIC, BAD);
	CALL(clock_settime, CLOCK_REALTIME, &now); /* needs CAP_SYS_TIME */
	CALL(clock_settime, CLOCK_MONOTONIC, &now);
}

CHECK(clocks_advance, "clock_gettime,gettimeofday,time")
{
	struct timespec first, second, boot, coarse;
	struct timeval day;
	QUIET(clock_gettime, CLOCK_MONOTONIC, &first);
	QUIET(clock_gettime, CLOCK_MONOTONIC, &second);
	EXPECT(span_ns(&first, &second) >= 0);
	QUIET(clock_gettime, CLOCK_BOOTTIME, &boot);
	EXPECT(span_ns(&second, &boot) >= 0);
	QUIET(clock_gettime, CLOCK_MONOTONIC_COARSE, &coarse);
	EXPECT(span_ns(&coarse, &second) > -20000000 && span_ns(&coarse, &second) < 1000000000);
	CALL(gettimeofday, &day, NULL);
	QUIET(clock_gettime, CLOCK_REALTIME, &first);
	EXPECT(first.tv_sec - day.tv_sec <= 1 && first.tv_sec >= day.tv_sec);
	long seconds = QUIET(time, NULL), stored = 0;
	EXPECT(seconds - first.tv_sec <= 1 && seconds >= first.tv_sec - 1);
	EXPECT(QUIET(time, &stored) == stored);
	FOR_ADDRESSES(gettimeofday, BAD, BAD);
}

CHECK(clock_cpu_times, "clock_gettime")
{
	struct timespec process, thread, later;
	QUIET(clock_gettime, CLOCK_PROCESS_CPUTIME_ID, &process);
	QUIET(clock_gettime, CLOCK_THREAD_CPUTIME_ID, &thread);
	for (volatile long i = 0; i < 5000000; i++)
		;
	QUIET(clock_gettime, CLOCK_PROCESS_CPUTIME_ID, &later);
	EXPECT(span_ns(&process, &later) > 0);
	QUIET(clock_gettime, CLOCK_THREAD_CPUTIME_ID, &later);
	EXPECT(span_ns(&thread, &later) > 0);
}

CHECK(nanosleep_basics, "nanosleep,clock_gettime")
{
	struct timespec before, after, pause = {0, 15000000}, left = {7, 7};
	QUIET(clock_gettime, CLOCK_MONOTONIC, &before);
	CALL(nanosleep, &pause, &left);
	QUIET(clock_gettime, CLOCK_MONOTONIC, &after);
	EXPECT(span_ns(&before, &after) >= 15000000);
	SHOW(left.tv_sec); /* only written when interrupted */
	pause = (struct timespec){0, 0};
	CALL(nanosleep, &pause, NULL);
	pause = (struct timespec){-1, 0};
	CALL(nanosleep, &pause, NULL);
	pause = (struct timespec){0, 1000000000};
	CALL(nanosleep, &pause, NULL);
	pause = (struct timespec){0, -1};
	CALL(nanosleep, &pause, NULL);
	FOR_ADDRESSES(nanosleep, BAD, NULL);
}

CHECK(clock_nanosleep_basics, "clock_nanosleep,clock_gettime")
{
	struct timespec before, after, until, pause = {0, 10000000};
	static const int clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME};
	for (int i = 0; i < 3; i++) {
		QUIET(clock_gettime, clocks[i], &before);
		CALL(clock_nanosleep, clocks[i], 0, &pause, NULL);
		until = before;
		until.tv_nsec += 25000000;
		if (until.tv_nsec >= 1000000000)
			until.tv_sec++, until.tv_nsec -= 1000000000;
		CALL(clock_nanosleep, clocks[i], TIMER_ABSTIME, &until, NULL);
		QUIET(clock_gettime, clocks[i], &after);
		EXPECT(span_ns(&until, &after) >= 0);
		CALL(clock_nanosleep, clocks[i], TIMER_ABSTIME, &before, NULL); /* past already */
	}
	CALL(clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &pause, NULL);
	CALL(clock_nanosleep, CLOCK_MONOTONIC_RAW, 0, &pause, NULL);
	CALL(clock_nanosleep, CLOCK_MONOTONIC_COARSE, 0, &pause, NULL);
	CALL(clock_nanosleep, 99, 0, &pause, NULL);
	pause.tv_nsec = -1;
	CALL(clock_nanosleep, CLOCK_MONOTONIC, 0, &pause, NULL);
	pause = (struct timespec){-1, 0};
	CALL(clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &pause, NULL);
	FOR_ADDRESSES(clock_nanosleep, CLOCK_MONOTONIC, 0, BAD, NULL);
}
