/* CPU time: whose it is, where it was spent, and clocks, timers and sleeps of it that are others'. */
#include "../family.h"
#include "../signals.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <time.h>

#define MS 1000000l
#define ALL 0
#define USER 1
#define EXACT 2
#define DEVICE 3
#define OF_THREAD 4

static int clock_of(pid_t id, int bits)
{
	return (int)(~(unsigned)id << 3 | (unsigned)bits);
}

static long clock_ns(int clock)
{
	struct timespec time = {0, 0};
	if (syscall(SYS_clock_gettime, clock, &time))
		return -1;
	return time.tv_sec * 1000000000 + time.tv_nsec;
}

static void compute_ms(long ms)
{
	long end = clock_ns(CLOCK_THREAD_CPUTIME_ID) + ms * MS;
	while (clock_ns(CLOCK_THREAD_CPUTIME_ID) < end)
		for (volatile int i = 0; i < 100000; i++)
			;
}

/* Until the gate opens it sleeps, then it computes for ever. */
static pid_t child_make(struct gate *gate)
{
	*gate = gate_make();
	pid_t child = family_fork();
	if (child == 0) {
		gate_wait(gate);
		for (;;)
			compute_ms(1000);
	}
	EXPECT(family_state_is(child, "S"));
	return child;
}

struct worker {
	pthread_t thread;
	volatile int go;
	volatile pid_t tid;
};

static void *worker_run(void *data)
{
	struct worker *worker = data;
	worker->tid = gettid();
	while (!worker->go)
		usleep(1000);
	while (worker->go == 1)
		compute_ms(1);
	return NULL;
}

static void worker_start(struct worker *worker)
{
	*worker = (struct worker){0};
	pthread_create(&worker->thread, NULL, worker_run, worker);
	while (!worker->tid)
		usleep(1000);
}

static void worker_end(struct worker *worker)
{
	worker->go = 2;
	pthread_join(worker->thread, NULL);
	while (clock_ns(clock_of(worker->tid, EXACT | OF_THREAD)) >= 0)
		usleep(1000); /* its last steps come behind the join */
}

static void kinds_show(const char *what, pid_t id, int bits)
{
	struct timespec time;
	for (int kind = ALL; kind <= DEVICE; kind++)
		NOTE("%s, kind %d: %s", what, kind,
		     result_name(QUIET(clock_gettime, clock_of(id, kind | bits), &time)));
}

CHECK(cpu_clock_numbers, "clock_gettime,clock_getres")
{
	struct gate gate;
	struct worker worker;
	struct timespec time;
	worker_start(&worker);
	pid_t child = child_make(&gate);
	kinds_show("the caller's process", 0, 0);
	kinds_show("the caller", 0, OF_THREAD);
	kinds_show("own process", getpid(), 0);
	kinds_show("own thread", getpid(), OF_THREAD);
	kinds_show("another thread", worker.tid, OF_THREAD);
	kinds_show("another thread as a process", worker.tid, 0);
	kinds_show("a child", child, 0);
	kinds_show("a child as a thread", child, OF_THREAD);
	kinds_show("nobody", 1 << 22, 0);
	CALL(clock_getres, clock_of(child, EXACT), &time);
	SHOW(time.tv_nsec);
	CALL(clock_getres, clock_of(1 << 22, EXACT), &time);
	kill(child, SIGKILL);
	EXPECT(family_state_is(child, "Z"));
	kinds_show("a zombie", child, 0);
	EXPECT(clock_ns(clock_of(child, EXACT)) > 0);
	SHOW(family_wait(child));
	kinds_show("a child of the past", child, 0);
	worker_end(&worker);
	kinds_show("a thread of the past", worker.tid, OF_THREAD);
}

/* Each advances with its owner alone. */
CHECK(cpu_clock_of_others, "clock_getres")
{
	struct gate gate;
	struct worker worker;
	clockid_t thread_clock, process_clock;
	pid_t child = child_make(&gate);
	worker_start(&worker);
	SHOW(clock_getcpuclockid(child, &process_clock));
	CALL(clock_getres, process_clock, NULL);
	SHOW(pthread_getcpuclockid(worker.thread, &thread_clock));
	long child_ns = clock_ns(process_clock);
	compute_ms(100);
	EXPECT(clock_ns(process_clock) - child_ns < 50 * MS);
	EXPECT(clock_ns(thread_clock) < 50 * MS);
	gate_open(&gate);
	worker.go = 1;
	while (clock_ns(process_clock) < 50 * MS || clock_ns(thread_clock) < 50 * MS)
		usleep(1000);
	EXPECT(clock_ns(clock_of(child, USER)) >= 0);
	EXPECT(clock_ns(CLOCK_PROCESS_CPUTIME_ID) >= 150 * MS);
	worker_end(&worker);
	family_kill(child);
}

static long timeval_us(const struct timeval *time)
{
	return time->tv_sec * 1000000 + time->tv_usec;
}

/* Fields 14 to 17 of /proc/PID/stat, in ticks. */
static bool ticks_read(const char *path, unsigned long ticks[4])
{
	char line[1024] = "", *at;
	int fd = open(path, O_RDONLY);
	if (fd < 0 || read(fd, line, sizeof line - 1) <= 0)
		return false;
	close(fd);
	at = strrchr(line, ')');
	return at && sscanf(at + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lu %lu", &ticks[0], &ticks[1],
			    &ticks[2], &ticks[3]) == 4;
}

CHECK(cpu_time_user_and_system, "getrusage,times,munmap")
{
	struct rusage before, after, thread;
	struct tms times;
	unsigned long ticks[4];
	QUIET(getrusage, RUSAGE_SELF, &before);
	compute_ms(200);
	QUIET(getrusage, RUSAGE_SELF, &after);
	long user_us = timeval_us(&after.ru_utime) - timeval_us(&before.ru_utime);
	long system_us = timeval_us(&after.ru_stime) - timeval_us(&before.ru_stime);
	EXPECT(user_us + system_us >= 199000);
	EXPECT(user_us > system_us);
	before = after;
	/* Pages that are touched for the first time are the system's work. */
	do {
		char *memory = mmap(NULL, 8 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		madvise(memory, 8 << 20, MADV_NOHUGEPAGE);
		for (int at = 0; at < 8 << 20; at += PAGE)
			memory[at] = 1;
		QUIET(munmap, memory, 8 << 20);
		QUIET(getrusage, RUSAGE_SELF, &after);
		user_us = timeval_us(&after.ru_utime) - timeval_us(&before.ru_utime);
		system_us = timeval_us(&after.ru_stime) - timeval_us(&before.ru_stime);
	} while (user_us + system_us < 300000);
	EXPECT(system_us > 60000);
	QUIET(getrusage, RUSAGE_THREAD, &thread);
	EXPECT(timeval_us(&thread.ru_utime) >= 150000 && timeval_us(&thread.ru_stime) >= 50000);
	QUIET(times, &times);
	EXPECT(times.tms_utime >= 15 && times.tms_stime >= 5);
	EXPECT(ticks_read("/proc/self/stat", ticks) && ticks[0] >= 15 && ticks[1] >= 5);
	EXPECT(ticks_read("/proc/thread-self/stat", ticks) && ticks[0] >= 15 && ticks[1] >= 5);
	QUIET(getrusage, 2, &after);
	CALL(getrusage, 5, &after);
	CALL(getrusage, RUSAGE_SELF, (void *)8);
}

CHECK(cpu_time_of_children, "wait4,getrusage,times")
{
	struct rusage children, waited;
	struct tms before, after;
	struct gate gate;
	unsigned long ticks[4];
	char path[64];
	QUIET(times, &before);
	pid_t child = child_make(&gate);
	gate_open(&gate);
	while (clock_ns(clock_of(child, EXACT)) < 100 * MS)
		usleep(1000);
	snprintf(path, sizeof path, "/proc/%d/stat", child);
	EXPECT(ticks_read(path, ticks) && ticks[0] + ticks[1] >= 9);
	kill(child, SIGKILL);
	EXPECT(family_state_is(child, "Z"));
	EXPECT(ticks_read(path, ticks) && ticks[0] + ticks[1] >= 9);
	QUIET(getrusage, RUSAGE_CHILDREN, &children);
	long past_us = timeval_us(&children.ru_utime) + timeval_us(&children.ru_stime);
	EXPECT(QUIET(wait4, child, NULL, 0, &waited) == child);
	EXPECT(timeval_us(&waited.ru_utime) + timeval_us(&waited.ru_stime) >= 99000);
	QUIET(getrusage, RUSAGE_CHILDREN, &children);
	EXPECT(timeval_us(&children.ru_utime) + timeval_us(&children.ru_stime) - past_us >= 99000);
	QUIET(times, &after);
	EXPECT(after.tms_cutime + after.tms_cstime - before.tms_cutime - before.tms_cstime >= 9);
	EXPECT(ticks_read("/proc/self/stat", ticks) && ticks[2] + ticks[3] >= 9);
}

CHECK(cpu_timer_of_others, "timer_create,timer_settime,timer_gettime,timer_delete")
{
	struct itimerspec once = {{0, 0}, {0, 50 * MS}}, none = {{0, 0}, {0, 0}}, left;
	struct gate gate;
	struct worker worker;
	siginfo_t info;
	int id = -1;
	pid_t child = child_make(&gate);
	signals_mask(SIG_BLOCK, SIGNAL_SET(SIGALRM));
	worker_start(&worker);
	int clocks[] = {clock_of(child, EXACT), clock_of(child, USER), clock_of(worker.tid, EXACT | OF_THREAD)};
	for (int i = 0; i < 3; i++) {
		CALL(timer_create, clocks[i], NULL, &id);
		CALL(timer_settime, id, 0, &once, NULL);
		pass_ms(120); /* nobody computes */
		CALL(timer_gettime, id, &left);
		EXPECT(left.it_value.tv_nsec > 20 * MS && left.it_value.tv_nsec <= 50 * MS);
		SHOW(signal_is_pending(SIGALRM));
		if (i == 2)
			worker.go = 1;
		else if (i == 0)
			gate_open(&gate);
		else
			kill(child, SIGCONT);
		while (!signal_is_pending(SIGALRM))
			usleep(2000);
		EXPECT(clock_ns(clocks[i]) >= 50 * MS);
		SHOW(signal_take(SIGNAL_SET(SIGALRM), &info));
		SHOW(info.si_code == SI_TIMER);
		CALL(timer_gettime, id, &left);
		SHOW(left.it_value.tv_nsec);
		if (i < 2)
			kill(child, SIGSTOP);
		if (i == 1) {
			family_kill(child);
			CALL(timer_gettime, id, &left);
			SHOW(left.it_value.tv_nsec);
			CALL(timer_settime, id, 0, &once, NULL);
			CALL(timer_settime, id, 0, &none, NULL);
		}
		CALL(timer_delete, id);
	}
	worker_end(&worker);
	CALL(timer_create, clocks[0], NULL, &id);
	CALL(timer_create, clocks[2], NULL, &id);
	signals_mask(SIG_UNBLOCK, SIGNAL_SET(SIGALRM));
}

CHECK(cpu_clock_sleeps, "clock_nanosleep")
{
	struct timespec pause = {0, 50 * MS}, left = {7, 7}, zero = {0, 0};
	struct worker worker;
	CALL(clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &pause, NULL);
	CALL(clock_nanosleep, clock_of(0, EXACT | OF_THREAD), 0, &pause, NULL);
	CALL(clock_nanosleep, clock_of(gettid(), EXACT | OF_THREAD), 0, &pause, NULL);
	CALL(clock_nanosleep, clock_of(1 << 22, EXACT), 0, &pause, NULL);
	CALL(clock_nanosleep, CLOCK_PROCESS_CPUTIME_ID, 0, &zero, NULL);
	CALL(clock_nanosleep, CLOCK_PROCESS_CPUTIME_ID, TIMER_ABSTIME, &zero, NULL);
	worker_start(&worker);
	worker.go = 1;
	long before = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	CALL(clock_nanosleep, CLOCK_PROCESS_CPUTIME_ID, 0, &pause, &left);
	EXPECT(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - before >= 50 * MS);
	before = clock_ns(clock_of(worker.tid, EXACT | OF_THREAD));
	CALL(clock_nanosleep, clock_of(worker.tid, EXACT | OF_THREAD), 0, &pause, &left);
	EXPECT(clock_ns(clock_of(worker.tid, EXACT | OF_THREAD)) - before >= 50 * MS);
	SHOW(left.tv_sec);
	worker_end(&worker);
	/* Nobody computes: only a signal ends it. */
	signal_handle(SIGALRM, signal_count);
	pause.tv_sec = 100;
	struct itimerspec soon = {{0, 0}, {0, 30 * MS}};
	int id = -1;
	QUIET(timer_create, CLOCK_MONOTONIC, NULL, &id);
	QUIET(timer_settime, id, 0, &soon, NULL);
	CALL(clock_nanosleep, CLOCK_PROCESS_CPUTIME_ID, 0, &pause, &left);
	EXPECT(left.tv_sec == 100 || left.tv_sec == 99);
	QUIET(timer_delete, id);
	signal_handle(SIGALRM, SIG_DFL);
}
