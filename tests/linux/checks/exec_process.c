/* execve: what of the process stays, what goes, and the threads it had. */
#include "../family.h"
#include "../signals.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>

/* In a child, which does what `prepare` does and executes the part. */
static void part_in_child(void (*prepare)(void), const char *part, const char *argument)
{
	pid_t child = family_fork();
	if (child == 0) {
		if (prepare)
			prepare();
		NOTE("execve: %s", result_name(part_execute(part, argument)));
		_exit(1);
	}
	family_end(part, child);
}

static void signals_prepare(void)
{
	static char stack[65536];
	stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
	signal_handle(SIGUSR1, signal_count);
	signal(SIGUSR2, SIG_IGN);
	signals_mask(SIG_BLOCK, SIGNAL_SET(SIGHUP) | SIGNAL_SET(40));
	raise(SIGHUP);
	sigqueue(getpid(), 40, (union sigval){.sival_int = 11});
	sigqueue(getpid(), 40, (union sigval){.sival_int = 12});
	sigaltstack(&alternate, NULL);
}

CHECK(execve_signals, "execve,rt_sigaction,rt_sigprocmask,sigaltstack")
{
	QUIET(rt_sigaction, SIGUSR1, NULL, NULL, 8);
	QUIET(rt_sigprocmask, SIG_BLOCK, NULL, NULL, 8);
	QUIET(sigaltstack, NULL, NULL);
	part_in_child(signals_prepare, "signals_after", NULL);
}

PART(signals_after)
{
	struct sigaction action;
	uint64_t mask = 0;
	siginfo_t info;
	stack_t stack;
	sigaction(SIGUSR1, NULL, &action);
	EXPECT(action.sa_handler == SIG_DFL && action.sa_flags == 0);
	sigaction(SIGUSR2, NULL, &action);
	EXPECT(action.sa_handler == SIG_IGN);
	QUIET(rt_sigprocmask, SIG_BLOCK, NULL, &mask, 8);
	SHOW_HEX(mask);
	SHOW(signal_take(SIGNAL_SET(SIGHUP), &info));
	for (long signal; (signal = signal_take(SIGNAL_SET(40), &info)) > 0;)
		NOTE("%ld value %d", signal, info.si_value.sival_int);
	sigaltstack(NULL, &stack);
	SHOW(stack.ss_flags == SS_DISABLE);
	return 0;
}

static void timers_prepare(void)
{
	struct itimerval later = {{0, 0}, {100, 0}};
	timer_t timer;
	alarm(0);
	setitimer(ITIMER_REAL, &later, NULL);
	timer_create(CLOCK_MONOTONIC, NULL, &timer);
}

CHECK(execve_timers, "execve")
{
	part_in_child(timers_prepare, "timers_after", NULL);
}

PART(timers_after)
{
	struct itimerval left;
	getitimer(ITIMER_REAL, &left);
	EXPECT(left.it_value.tv_sec > 90);
	struct itimerspec spec;
	CALL(timer_gettime, 0, &spec);
	return 0;
}

static void attributes_prepare(void)
{
	struct rlimit limit = {60, 60};
	umask(017);
	nice(3);
	setrlimit(RLIMIT_NOFILE, &limit);
	prctl(PR_SET_NAME, "another name");
	prctl(PR_SET_DUMPABLE, 0);
	setpgid(0, 0);
}

CHECK(execve_attributes, "execve")
{
	part_in_child(attributes_prepare, "attributes_after", NULL);
}

PART(attributes_after)
{
	char name[16] = "", place[4096];
	struct rlimit limit;
	SHOW_OCTAL(umask(0));
	SHOW(getpriority(PRIO_PROCESS, 0));
	getrlimit(RLIMIT_NOFILE, &limit);
	SHOW(limit.rlim_max);
	prctl(PR_GET_NAME, name);
	NOTE("%s", name);
	SHOW(prctl(PR_GET_DUMPABLE));
	EXPECT(getpgrp() == getpid() && gettid() == getpid());
	EXPECT(getcwd(place, sizeof place) && strcmp(strrchr(place, '/'), "/work") == 0);
	return 0;
}

static void descriptors_prepare(void)
{
	int fd = open("file", O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 5, .l_len = 5};
	dup2(fd, 30);
	lseek(fd, 7, SEEK_SET);
	fcntl(fd, F_DUPFD_CLOEXEC, 31);
	flock(30, LOCK_EX);
	int other = open("locked", O_RDWR | O_CREAT, 0644);
	fcntl(dup2(other, 32), F_SETLK, &lock);
	close(other); /* and with it the lock goes */
	fcntl(32, F_SETLK, &lock);
	memfd_create("closed", MFD_CLOEXEC);
}

CHECK(execve_descriptors, "execve,fcntl,flock")
{
	QUIET(fcntl, 0, F_GETFD);
	QUIET(flock, 0, LOCK_UN);
	part_in_child(descriptors_prepare, "descriptors_after", NULL);
}

PART(descriptors_after)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	for (int fd = 0; fd < 40; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			NOTE("%d is open, flags %d", fd, fcntl(fd, F_GETFD));
	CALL(lseek, 30, 0, SEEK_CUR);
	int again = open("file", O_RDWR);
	CALL(flock, again, LOCK_EX | LOCK_NB);
	pid_t self = getpid(), child = family_fork();
	if (child == 0) {
		CALL(fcntl, 32, F_GETLK, &lock); /* record locks stay */
		EXPECT(lock.l_pid == self);
		NOTE("type %d, from %d", lock.l_type, (int)lock.l_start);
		_exit(0);
	}
	family_end("child", child);
	return 0;
}

/* --- with threads --- */

struct crowd {
	int spinning, waiting, forking;
	int executes; /* 1: a thread does, 0: the leader does */
	const char *part;
};
static struct crowd crowd;
static int crowd_ready;
static pid_t crowd_pid;

static void *spinning_thread(void *data)
{
	__atomic_fetch_add(&crowd_ready, 1, __ATOMIC_SEQ_CST);
	for (;;)
		__asm__ volatile("pause");
	return data;
}

static void *waiting_thread(void *data)
{
	struct gate gate = gate_make();
	__atomic_fetch_add(&crowd_ready, 1, __ATOMIC_SEQ_CST);
	gate_wait(&gate);
	return data;
}

static void *executing_thread(void *data)
{
	char text[64];
	while (__atomic_load_n(&crowd_ready, __ATOMIC_SEQ_CST) < crowd.spinning + crowd.waiting)
		usleep(1000);
	snprintf(text, sizeof text, "%d", crowd_pid);
	prctl(PR_SET_NAME, "a thread");
	NOTE("execve: %s", result_name(part_execute(crowd.part, text)));
	_exit(1);
	return data;
}

static void crowd_prepare(void)
{
	pthread_t thread;
	crowd_pid = getpid();
	for (int i = 0; i < crowd.spinning + crowd.waiting; i++)
		pthread_create(&thread, NULL, i < crowd.spinning ? spinning_thread : waiting_thread, NULL);
	if (!crowd.executes)
		executing_thread(NULL);
	pthread_create(&thread, NULL, executing_thread, NULL);
	if (crowd.executes == 2)
		pthread_exit(NULL); /* the leader has ended before */
	for (;;)
		pause();
}

PART(alone)
{
	char name[16] = "";
	int tids = 0;
	EXPECT(getpid() == atoi(arguments[0]) && gettid() == getpid());
	prctl(PR_GET_NAME, name);
	NOTE("%s", name);
	for (int tid = 1; tid < 20; tid++) /* ours is not necessarily among them, others must not be */
		tids += family_state(getpid(), getpid() + tid) != 0;
	SHOW(tids);
	EXPECT(family_state(getpid(), getpid()) == 'R');
	/* It can do what a process can. */
	pid_t child = family_fork();
	if (child == 0)
		_exit(3);
	family_end("its child", child);
	signal_handle(SIGALRM, signal_count);
	alarm(0);
	raise(SIGALRM);
	SHOW(signals_caught);
	return 0;
}

static void crowd_check(struct crowd what)
{
	crowd = what;
	crowd_ready = 0;
	part_in_child(crowd_prepare, crowd.part, NULL);
}

CHECK(execve_of_leader_with_threads, "execve")
{
	crowd_check((struct crowd){.waiting = 3, .part = "alone"});
	crowd_check((struct crowd){.spinning = 2, .waiting = 1, .part = "alone"});
}

CHECK(execve_of_thread, "execve")
{
	crowd_check((struct crowd){.executes = 1, .part = "alone"});
	crowd_check((struct crowd){.executes = 1, .waiting = 3, .part = "alone"});
	crowd_check((struct crowd){.executes = 1, .spinning = 2, .waiting = 2, .part = "alone"});
}

CHECK(execve_of_thread_behind_leader, "execve")
{
	crowd_check((struct crowd){.executes = 2, .waiting = 2, .part = "alone"});
	crowd_check((struct crowd){.executes = 2, .spinning = 1, .part = "alone"});
}

/* An execve that fails leaves everything as it was. */
static void *failing_thread(void *data)
{
	const char *const none[] = {"none", NULL};
	CALL(execve, "/not/there", none, none);
	CALL(execve, "/etc/passwd", none, none);
	CALL(execve, "/", none, none);
	CALL(execve, NULL, none, none);
	CALL(execve, "/proc/self/exe", 8, none);
	return data;
}

CHECK(execve_of_thread_fails, "execve")
{
	struct gate gate = gate_make();
	pthread_t thread;
	pid_t child = family_fork();
	if (child == 0) {
		pthread_t waiting;
		pthread_create(&waiting, NULL, waiting_thread, NULL);
		pthread_create(&thread, NULL, failing_thread, NULL);
		pthread_join(thread, NULL);
		SHOW(pthread_tryjoin_np(waiting, NULL) == EBUSY);
		_exit(5);
	}
	family_end("child", child);
	gate_open(&gate);
}

/* Two threads at once: one wins, the process is whole. */
static void *racing_thread(void *data)
{
	pthread_barrier_wait(data);
	part_execute("exit_with", "8");
	_exit(1);
	return NULL;
}

CHECK(execve_of_two_threads, "execve")
{
	for (int i = 0; i < 20; i++) {
		pid_t child = family_fork();
		if (child == 0) {
			pthread_barrier_t barrier;
			pthread_t threads[3];
			pthread_barrier_init(&barrier, NULL, 3);
			for (int k = 0; k < 3; k++)
				pthread_create(&threads[k], NULL, racing_thread, &barrier);
			pause();
		}
		int status = family_wait(child);
		if (status != 8 << 8)
			family_status("an unlucky one", status);
	}
	QUIET(execve, NULL, NULL, NULL);
}

/* Pending signals of the thread that executes go with it, and its mask. */
static void *masked_thread(void *data)
{
	uint64_t set = SIGNAL_SET(SIGUSR1) | SIGNAL_SET(SIGUSR2);
	signals_mask(SIG_BLOCK, set);
	syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1);
	kill(getpid(), SIGUSR2);
	part_execute("signals_of_thread", NULL);
	return data;
}

CHECK(execve_of_thread_signals, "execve,tgkill")
{
	pid_t child = family_fork();
	if (child == 0) {
		pthread_t thread;
		signals_mask(SIG_BLOCK, SIGNAL_SET(SIGHUP) | SIGNAL_SET(SIGUSR2));
		QUIET(tgkill, getpid(), gettid(), SIGURG);
		pthread_create(&thread, NULL, masked_thread, NULL);
		sigset_t none;
		sigemptyset(&none);
		sigaddset(&none, SIGUSR2);
		for (;;)
			sigsuspend(&none); /* the leader's mask of this moment is nobody's */
	}
	QUIET(execve, NULL, NULL, NULL);
	family_end("child", child);
}

PART(signals_of_thread)
{
	uint64_t mask = 0;
	QUIET(rt_sigprocmask, SIG_BLOCK, NULL, &mask, 8);
	SHOW_HEX(mask);
	NOTE("%d %d %d", signal_is_pending(SIGUSR1), signal_is_pending(SIGUSR2), signal_is_pending(SIGHUP));
	return 0;
}
