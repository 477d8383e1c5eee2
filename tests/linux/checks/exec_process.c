/* execve: what of the process stays, and what goes. */
#include "../family.h"
#include "../signals.h"

#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>

/* In a child, which does what `prepare` does and executes the part. */
static void part_in_child(void (*prepare)(void), const char *part)
{
	pid_t child = family_fork();
	if (child == 0) {
		prepare();
		NOTE("execve: %s", result_name(part_execute(part, NULL)));
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
	part_in_child(signals_prepare, "signals_after");
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
	part_in_child(timers_prepare, "timers_after");
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
	part_in_child(attributes_prepare, "attributes_after");
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
	part_in_child(descriptors_prepare, "descriptors_after");
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
