/* fork: what a child has of its parent, and what not. */
#include "../family.h"
#include "../signals.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>

CHECK(fork_ids, "fork,getpid,getppid,gettid,getpgid,getsid")
{
	pid_t self = (pid_t)QUIET(getpid);
	pid_t group = (pid_t)QUIET(getpgid, 0), session = (pid_t)QUIET(getsid, 0);
	QUIET(getppid);
	QUIET(gettid);
	pid_t child = (pid_t)QUIET(fork);
	if (child == 0) {
		EXPECT(QUIET(getpid) != self && QUIET(getpid) == QUIET(gettid));
		EXPECT(QUIET(getppid) == self);
		EXPECT(QUIET(getpgid, 0) == group && QUIET(getsid, 0) == session);
		_exit(7);
	}
	family_end("child", child);
	EXPECT(child > 0 && child != self);
	EXPECT(QUIET(getpid) == self);
}

CHECK(fork_signals, "fork,rt_sigaction,rt_sigprocmask,rt_sigpending")
{
	stack_t stack = {.ss_sp = malloc(SIGSTKSZ), .ss_size = SIGSTKSZ}, now;
	struct sigaction action;
	signals_mask(SIG_BLOCK, SIGNAL_SET(SIGUSR1));
	raise(SIGUSR1);
	signal_handle(SIGUSR2, signal_count);
	signal(SIGHUP, SIG_IGN);
	sigaltstack(&stack, NULL);
	QUIET(rt_sigaction, SIGUSR2, NULL, NULL, 8);
	EXPECT(signal_is_pending(SIGUSR1));
	pid_t child = family_fork();
	if (child == 0) {
		uint64_t mask = 0;
		EXPECT(!signal_is_pending(SIGUSR1)); /* pending ones are the parent's */
		QUIET(rt_sigprocmask, SIG_BLOCK, NULL, &mask, 8);
		SHOW_HEX(mask);
		raise(SIGUSR2);
		SHOW(signals_caught);
		sigaction(SIGHUP, NULL, &action);
		EXPECT(action.sa_handler == SIG_IGN);
		sigaltstack(NULL, &now);
		EXPECT(now.ss_sp == stack.ss_sp && now.ss_size == stack.ss_size && now.ss_flags == 0);
		_exit(0);
	}
	family_end("child", child);
	SHOW(signals_caught);
	siginfo_t info;
	signal_take(SIGNAL_SET(SIGUSR1), &info);
	signals_mask(SIG_UNBLOCK, SIGNAL_SET(SIGUSR1));
	signal(SIGHUP, SIG_DFL);
	signal(SIGUSR2, SIG_DFL);
	stack.ss_flags = SS_DISABLE;
	sigaltstack(&stack, NULL);
	free(stack.ss_sp);
}

CHECK(fork_timers, "fork,setitimer,timer_create,alarm")
{
	struct itimerval later = {{0, 0}, {100, 0}}, none = {{0, 0}, {0, 0}}, left;
	struct itimerspec spec = {{0, 0}, {100, 0}};
	int timer = -1;
	QUIET(setitimer, ITIMER_REAL, &later, NULL);
	QUIET(timer_create, CLOCK_MONOTONIC, NULL, &timer);
	QUIET(timer_settime, timer, 0, &spec, NULL);
	pid_t child = (pid_t)QUIET(fork);
	if (child == 0) {
		getitimer(ITIMER_REAL, &left);
		EXPECT(left.it_value.tv_sec == 0 && left.it_value.tv_usec == 0);
		CALL(timer_gettime, timer, &spec);
		CALL(timer_delete, timer);
		_exit(0);
	}
	family_end("child", child);
	CALL(timer_delete, timer);
	EXPECT(QUIET(alarm, 0) > 90);
	QUIET(setitimer, ITIMER_REAL, &none, NULL);
}

CHECK(fork_limits_and_places, "fork,umask,chdir,prlimit64,getpriority")
{
	struct rlimit limit = {100, 200}, old, now;
	getrlimit(RLIMIT_CORE, &old);
	limit.rlim_max = old.rlim_max;
	limit.rlim_cur = 0;
	QUIET(prlimit64, 0, RLIMIT_CORE, &limit, NULL);
	QUIET(umask, 0123);
	mkdir("below", 0777);
	QUIET(chdir, "below");
	pid_t child = family_fork();
	if (child == 0) {
		char place[4096];
		EXPECT(getcwd(place, sizeof place) && strcmp(strrchr(place, '/'), "/below") == 0);
		getrlimit(RLIMIT_CORE, &now);
		EXPECT(now.rlim_cur == 0);
		SHOW_OCTAL(QUIET(umask, 0));
		CALL(chdir, "/");
		CALL(setpriority, PRIO_PROCESS, 0, 5);
		CALL(getpriority, PRIO_PROCESS, 0);
		_exit(0);
	}
	family_end("child", child);
	/* Nothing of what the child changed is ours. */
	SHOW_OCTAL(QUIET(umask, 022));
	CALL(getpriority, PRIO_PROCESS, 0);
	char place[4096];
	EXPECT(getcwd(place, sizeof place) && strcmp(strrchr(place, '/'), "/below") == 0);
	QUIET(prlimit64, 0, RLIMIT_CORE, &old, NULL);
	work_return();
}

CHECK(fork_descriptors, "fork,lseek,fcntl,dup2,close")
{
	int fd = open("file", O_RDWR | O_CREAT, 0644), own;
	char bytes[8] = "";
	REQUIRE(write(fd, "0123456789", 10) == 10);
	QUIET(lseek, fd, 2, SEEK_SET);
	own = open("file", O_RDONLY | O_CLOEXEC);
	QUIET(close, 99);
	pid_t child = family_fork();
	if (child == 0) {
		CALL(lseek, fd, 3, SEEK_CUR);
		CALL(fcntl, fd, F_SETFL, O_APPEND | O_NONBLOCK);
		CALL(fcntl, own, F_GETFD);
		CALL(fcntl, own, F_SETFD, 0);
		CALL(close, own);
		CALL(dup2, fd, 50);
		_exit(0);
	}
	family_end("child", child);
	CALL(lseek, fd, 0, SEEK_CUR);
	SHOW_OCTAL(QUIET(fcntl, fd, F_GETFL) & (O_APPEND | O_NONBLOCK));
	CALL(fcntl, own, F_GETFD);
	CALL(read, own, bytes, 4);
	CALL(fcntl, 50, F_GETFD);
	QUIET(dup2, fd, fd);
}

CHECK(fork_memory, "fork,mmap,madvise")
{
	char *own = MAP(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *shared = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int memfd = memfd_create("memory", 0), file = open("file", O_RDWR | O_CREAT, 0644);
	REQUIRE(own && shared && ftruncate(memfd, PAGE) == 0 && ftruncate(file, PAGE) == 0);
	char *by_memfd = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
	char *by_file = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	char *private_file = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
	REQUIRE(by_memfd && by_file && private_file);
	own[0] = shared[0] = by_memfd[0] = by_file[0] = 'a';
	private_file[1] = 'p';
	pid_t child = family_fork();
	if (child == 0) {
		NOTE("%c%c%c%c%c", own[0], shared[0], by_memfd[0], by_file[0], private_file[1]);
		own[0] = shared[0] = by_memfd[0] = by_file[0] = 'b';
		private_file[1] = 'q';
		/* A mapping made later, of the same memory. */
		char *again = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
		again[1] = 'c';
		munmap(shared, PAGE);
		_exit(0);
	}
	family_end("child", child);
	NOTE("%c%c%c%c%c%c", own[0], shared[0], by_memfd[0], by_memfd[1], by_file[0], private_file[1]);
	REQUIRE(QUIET(madvise, own, PAGE, MADV_WIPEONFORK) == 0);
	REQUIRE(QUIET(madvise, own + PAGE, PAGE, MADV_DONTFORK) == 0);
	own[PAGE] = 'd';
	child = family_fork();
	if (child == 0) {
		SHOW(own[0]);
		char byte = own[PAGE]; /* not there */
		_exit(byte);
	}
	family_end("advised", child);
	SHOW(own[0]);
	for (char *area = own; area; area = area == own ? shared : NULL)
		munmap(area, area == own ? 2 * PAGE : PAGE);
	munmap(by_memfd, PAGE);
	munmap(by_file, PAGE);
	munmap(private_file, PAGE);
}

/* Record locks belong to a process: a child has none of its parent's, and its closing does them no harm. */
CHECK(fork_record_locks, "fork,fcntl")
{
	int fd = open("file", O_RDWR | O_CREAT, 0644);
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 10};
	pid_t self = getpid();
	CALL(fcntl, fd, F_SETLK, &lock);
	pid_t child = family_fork();
	if (child == 0) {
		struct flock other = lock;
		CALL(fcntl, fd, F_SETLK, &other);
		CALL(fcntl, fd, F_GETLK, &other);
		EXPECT(other.l_pid == self && other.l_type == F_WRLCK);
		other = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 20, .l_len = 5};
		CALL(fcntl, fd, F_SETLK, &other);
		close(fd);
		_exit(0);
	}
	family_end("child", child);
	child = family_fork();
	if (child == 0) {
		struct flock other = lock;
		SHOW(QUIET(fcntl, fd, F_SETLK, &other)); /* still ours */
		lock.l_start = 20;
		CALL(fcntl, fd, F_SETLK, &lock); /* and the dead one's is gone */
		_exit(0);
	}
	family_end("second", child);
}

CHECK(fork_description_locks, "fork,flock,fcntl")
{
	int fd = open("file", O_RDWR | O_CREAT, 0644), other = open("file", O_RDWR);
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 10};
	CALL(flock, fd, LOCK_EX);
	CALL(fcntl, fd, F_OFD_SETLK, &lock);
	pid_t child = family_fork();
	if (child == 0) {
		CALL(flock, other, LOCK_EX | LOCK_NB);
		CALL(flock, fd, LOCK_EX | LOCK_NB); /* the same description: has it */
		CALL(fcntl, other, F_OFD_SETLK, &lock);
		CALL(fcntl, fd, F_OFD_SETLK, &lock);
		_exit(0);
	}
	family_end("child", child);
	CALL(flock, other, LOCK_EX | LOCK_NB); /* the child's end left it alone */
	child = family_fork();
	if (child == 0) {
		CALL(flock, fd, LOCK_UN); /* for all who share it */
		_exit(0);
	}
	family_end("unlocking child", child);
	CALL(flock, other, LOCK_EX | LOCK_NB);
}

/* A lock that is waited for: its owner's end gives it. */
CHECK(fork_locks_waited_for, "fork,fcntl,flock")
{
	int fd = open("file", O_RDWR | O_CREAT, 0644), other = open("file", O_RDWR);
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	struct gate locked = gate_make(), go = gate_make();
	for (int flocks = 0; flocks < 2; flocks++) {
		pid_t owner = family_fork();
		if (owner == 0) {
			int own = open("file", O_RDWR);
			SHOW(flocks ? QUIET(flock, own, LOCK_EX) : QUIET(fcntl, own, F_SETLK, &lock));
			gate_open(&locked);
			gate_wait(&go);
			_exit(0);
		}
		gate_wait(&locked);
		pid_t waiter = family_fork();
		if (waiter == 0) {
			_exit(flocks ? QUIET(flock, other, LOCK_EX) : QUIET(fcntl, fd, F_SETLKW, &lock));
		}
		EXPECT(family_state_is(waiter, "S"));
		gate_open(&go);
		family_end("owner", owner);
		family_end("waiter", waiter);
		CALL(flock, other, LOCK_UN);
	}
	QUIET(fcntl, fd, F_GETFD);
}
