/* RLIMIT_CPU: what ends a process that computes too long. */
#include "../family.h"
#include "../signals.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

static void limit_set(rlim_t soft, rlim_t hard)
{
	struct rlimit limit = {soft, hard};
	QUIET(setrlimit, RLIMIT_CPU, &limit);
}

/* For whoever computes, or waits for one who does: where others have the CPUs, a second of CPU time may be long. */
static void take_time(void)
{
	alarm(0);
}

static void compute(void)
{
	take_time();
	for (volatile unsigned long i = 0;; i++)
		;
}

static double seconds_used(void)
{
	struct timespec time;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

PART(compute)
{
	compute();
	return 0;
}

CHECK(limit_of_cpu_time, "setrlimit,prlimit64,getrlimit")
{
	struct rlimit limit;
	QUIET(setrlimit, RLIMIT_CPU, NULL);
	QUIET(getrlimit, RLIMIT_CPU, &limit);
	QUIET(prlimit64, 0, RLIMIT_CPU, NULL, &limit);
	pid_t child = family_fork();
	if (child == 0) {
		limit_set(1, RLIM_INFINITY);
		compute();
	}
	family_end("the soft limit", child);
	child = family_fork();
	if (child == 0) {
		limit_set(1, 1);
		compute();
	}
	family_end("the hard limit", child);
	/* It goes with the process into children and programs. */
	child = family_fork();
	if (child == 0) {
		take_time();
		limit_set(1, RLIM_INFINITY);
		if (family_fork() == 0)
			part_execute("compute", "");
		int status = 0;
		wait(&status);
		_exit(WTERMSIG(status));
	}
	family_end("inherited", child);
}

CHECK(limit_of_cpu_time_caught, "setrlimit,prlimit64,getrlimit")
{
	struct rlimit limit = {1, 2};
	QUIET(prlimit64, 0, RLIMIT_CPU, NULL, NULL);
	QUIET(setrlimit, RLIMIT_CPU, NULL);
	QUIET(getrlimit, RLIMIT_CPU, &limit);
	limit = (struct rlimit){1, 2};
	pid_t child = family_fork();
	if (child == 0) {
		/* SIGXCPU at one second; the soft limit is then the next second, the hard one the end. */
		take_time();
		signal_handle(SIGXCPU, signal_count);
		prlimit(0, RLIMIT_CPU, &limit, NULL);
		compute_until_caught();
		getrlimit(RLIMIT_CPU, &limit);
		if (limit.rlim_max != 2)
			_exit(3);
		if (limit.rlim_cur != 2)
			_exit(2);
		if (seconds_used() < 0.5)
			_exit(1);
		compute();
	}
	family_end("caught once", child);
	child = family_fork();
	if (child == 0)
		compute();
	limit = (struct rlimit){1, 1};
	CALL(prlimit64, child, RLIMIT_CPU, &limit, NULL);
	family_end("another's limit", child);
}
