/* Signals between processes and threads: who gets them, with what, and what they do to calls that wait. */
#include "../family.h"
#include "../signals.h"

#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

static volatile siginfo_t got;

static void get(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)context;
	got = *info;
	signals_caught++;
}

CHECK(signal_senders, "kill,tgkill,rt_sigqueueinfo,rt_tgsigqueueinfo,rt_sigaction")
{
	struct sigaction action = {.sa_sigaction = get, .sa_flags = SA_SIGINFO};
	sigaction(SIGUSR1, &action, NULL);
	QUIET(rt_sigaction, SIGUSR1, NULL, NULL, 8);
	pid_t self = getpid();
	for (int how = 0; how < 5; how++) {
		signals_caught = 0;
		pid_t child = family_fork();
		if (child == 0) {
			siginfo_t info = {.si_code = how == 4 ? -60 : SI_QUEUE, .si_pid = 77, .si_uid = 88};
			info.si_value.sival_int = 4711;
			if (how == 0)
				QUIET(kill, self, SIGUSR1);
			else if (how == 1)
				QUIET(tgkill, self, self, SIGUSR1);
			else if (how == 2 || how == 4)
				QUIET(rt_sigqueueinfo, self, SIGUSR1, &info);
			else
				QUIET(rt_tgsigqueueinfo, self, self, SIGUSR1, &info);
			info.si_code = SI_USER; /* only to oneself */
			_exit(QUIET(rt_sigqueueinfo, self, SIGUSR1, &info) == -EPERM ? 0 : 1);
		}
		EXPECT(compute_until_caught());
		NOTE("signal %d, code %d, from the child %d, pid %d, uid %d, value %d", got.si_signo, got.si_code,
		     got.si_pid == child, got.si_code < SI_TKILL || got.si_code == SI_QUEUE ? got.si_pid : 0,
		     got.si_uid, got.si_code == SI_USER || got.si_code == SI_TKILL ? 0 : got.si_value.sival_int);
		family_end("child", child);
	}
	signal(SIGUSR1, SIG_DFL);
}

/* Real-time signals queue in order, standard ones are pending once. */
CHECK(signals_queue, "rt_sigqueueinfo,rt_sigtimedwait")
{
	uint64_t set = SIGNAL_SET(SIGUSR1) | SIGNAL_SET(40) | SIGNAL_SET(41);
	pid_t self = getpid();
	siginfo_t info = {.si_code = SI_QUEUE};
	signals_mask(SIG_BLOCK, set);
	QUIET(rt_sigqueueinfo, self, 0, &info);
	pid_t child = family_fork();
	if (child == 0) {
		static const int order[] = {41, 40, SIGUSR1, 40, 41, SIGUSR1, 40};
		for (int i = 0; i < 7; i++) {
			info.si_value.sival_int = i;
			QUIET(rt_sigqueueinfo, self, order[i], &info);
		}
		_exit(0);
	}
	family_end("child", child);
	for (long signal; (signal = signal_take(set, &info)) > 0;)
		NOTE("%ld, value %d", signal, info.si_value.sival_int);
	signals_mask(SIG_UNBLOCK, set);
}

struct catcher {
	struct gate ready;
	volatile pid_t caught_by, tid;
	volatile int stop;
};
static struct catcher catcher;

static void catch(int signal)
{
	(void)signal;
	catcher.caught_by = gettid();
}

static void *catching_thread(void *data)
{
	sigset_t none;
	(void)data;
	sigemptyset(&none);
	catcher.tid = gettid();
	pthread_sigmask(SIG_SETMASK, &none, NULL);
	gate_open(&catcher.ready);
	while (!catcher.stop)
		;
	return NULL;
}

/* A process's signal goes to a thread that does not block it, wherever that is; a thread's waits for it. */
CHECK(signal_finds_thread, "kill,tgkill,rt_sigprocmask")
{
	pthread_t thread;
	signals_mask(SIG_BLOCK, SIGNAL_SET(SIGUSR1));
	signal_handle(SIGUSR1, catch);
	catcher = (struct catcher){.ready = gate_make()};
	EXPECT(pthread_create(&thread, NULL, catching_thread, NULL) == 0);
	gate_wait(&catcher.ready);
	QUIET(rt_sigprocmask, SIG_BLOCK, NULL, NULL, 8);
	pid_t self = getpid(), child = family_fork();
	if (child == 0)
		_exit(QUIET(kill, self, SIGUSR1) != 0);
	QUIET(kill, self, 0);
	family_end("child", child);
	EXPECT(family_word_is(&catcher.caught_by, catcher.tid));
	catcher.caught_by = 0;
	QUIET(tgkill, self, self, SIGUSR1);
	usleep(10000);
	SHOW(catcher.caught_by);
	EXPECT(signal_is_pending(SIGUSR1));
	catcher.stop = 1;
	pthread_join(thread, NULL);
	signals_mask(SIG_UNBLOCK, SIGNAL_SET(SIGUSR1));
	EXPECT(catcher.caught_by == self);
	signal(SIGUSR1, SIG_DFL);
}

CHECK(stop_and_continue, "kill,read,wait4")
{
	struct gate gate = gate_make();
	volatile int *shared = family_memory();
	int status;
	pid_t child = family_fork();
	if (child == 0) {
		setpgid(0, 0);
		signal_handle(SIGCONT, signal_count);
		char byte;
		shared[0] = 1;
		shared[1] = (int)QUIET(read, gate.ends[0], &byte, 1);
		shared[2] = signals_caught;
		shared[3] = (int)QUIET(read, gate.ends[0], &byte, 1);
		while (shared[4] == 0)
			shared[5]++;
		_exit(0);
	}
	EXPECT(family_word_is(&shared[0], 1) && family_state_is(child, "S"));
	QUIET(kill, child, SIGSTOP);
	EXPECT(QUIET(wait4, child, &status, WUNTRACED, NULL) == child);
	QUIET(read, -1, NULL, 0);
	QUIET(kill, child, SIGUSR1 == 0);
	QUIET(kill, child, SIGCONT); /* with a handler: the read is interrupted */
	EXPECT(family_word_is(&shared[2], 1));
	NOTE("read: %s", result_name(shared[1]));
	gate_open(&gate);
	EXPECT(family_word_is(&shared[3], 1));
	/* While it computes */
	QUIET(kill, child, SIGSTOP);
	EXPECT(QUIET(wait4, child, &status, WUNTRACED, NULL) == child);
	int before = shared[5];
	usleep(20000);
	EXPECT(before == shared[5]);
	QUIET(kill, child, SIGCONT);
	EXPECT(QUIET(wait4, child, &status, WCONTINUED, NULL) == child);
	usleep(20000);
	EXPECT(before != shared[5]);
	shared[4] = 1;
	family_end("child", child);
}

/* Stop signals and SIGCONT cancel each other while they are pending. */
CHECK(stops_cancel, "kill,rt_sigpending")
{
	pid_t child = family_fork();
	if (child == 0) {
		uint64_t set = SIGNAL_SET(SIGTSTP) | SIGNAL_SET(SIGCONT) | SIGNAL_SET(SIGTTIN);
		setpgid(0, 0);
		signals_mask(SIG_BLOCK, set);
		QUIET(kill, getpid(), SIGTSTP);
		QUIET(kill, getpid(), SIGTTIN);
		NOTE("%d %d %d", signal_is_pending(SIGTSTP), signal_is_pending(SIGTTIN), signal_is_pending(SIGCONT));
		QUIET(kill, getpid(), SIGCONT);
		NOTE("%d %d %d", signal_is_pending(SIGTSTP), signal_is_pending(SIGTTIN), signal_is_pending(SIGCONT));
		QUIET(kill, getpid(), SIGTTIN);
		NOTE("%d %d %d", signal_is_pending(SIGTSTP), signal_is_pending(SIGTTIN), signal_is_pending(SIGCONT));
		signal(SIGTTIN, SIG_IGN);
		NOTE("%d", signal_is_pending(SIGTTIN));
		_exit(0);
	}
	QUIET(rt_sigpending, NULL, 8);
	QUIET(kill, child, 0);
	family_end("child", child);
}

/* What a call that waits answers to a signal that another process sends, and to being stopped and continued. */
static long wait_in_call(int which, int fd, int other)
{
	static uint32_t word;
	struct timespec time = {5, 0};
	struct pollfd entry = {.fd = fd, .events = POLLIN};
	struct epoll_event event = {.events = EPOLLIN};
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	uint64_t set = SIGNAL_SET(SIGUSR2), none = 0;
	siginfo_t info;
	char byte;
	int epoll;
	switch (which) {
	case 0:
		return QUIET(read, fd, &byte, 1);
	case 1:
		return QUIET(poll, &entry, 1, 5000);
	case 2:
		return QUIET(ppoll, &entry, 1, &time, &none, 8);
	case 3:
		epoll = epoll_create1(0);
		epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
		return QUIET(epoll_wait, epoll, &event, 1, 5000);
	case 4:
		return QUIET(nanosleep, &time, NULL);
	case 5:
		return QUIET(futex, &word, FUTEX_WAIT, 0, NULL);
	case 6:
		return QUIET(futex, &word, FUTEX_WAIT, 0, &time);
	case 7:
		return QUIET(rt_sigtimedwait, &set, &info, &time, 8);
	case 8:
		return QUIET(flock, other, LOCK_EX);
	case 9:
		return QUIET(fcntl, other, F_SETLKW, &lock);
	case 10:
		return QUIET(open, "fifo", O_RDONLY);
	default:
		return QUIET(pause);
	}
}

static const char *const waits[] = {"read", "poll", "ppoll", "epoll_wait", "nanosleep", "futex", "futex, timeout",
				    "rt_sigtimedwait", "flock", "fcntl lock", "open of a fifo", "pause"};

/* `how`: 0 a handler, 1 the same with SA_RESTART, 2 stopped and continued; restarted calls are waited for in vain. */
static void wait_disturb(int which, int how)
{
	int *shared = family_memory();
	struct gate gate = gate_make();
	int file = open("file", O_RDWR | O_CREAT, 0644), other = open("file", O_RDWR), status;
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	flock(file, LOCK_EX);
	fcntl(file, F_SETLK, &lock);
	pid_t child = family_fork();
	if (child == 0) {
		struct sigaction action = {.sa_handler = signal_count, .sa_flags = how == 1 ? SA_RESTART : 0};
		setpgid(0, 0);
		sigaction(SIGUSR1, &action, NULL);
		shared[0] = 1;
		shared[1] = (int)wait_in_call(which, gate.ends[0], other);
		shared[2] = 1;
		_exit(0);
	}
	setpgid(child, child);
	EXPECT(family_word_is(&shared[0], 1) && family_state_is(child, "S"));
	QUIET(kill, child, how == 2 ? SIGSTOP : SIGUSR1);
	if (how == 2) {
		waitpid(child, &status, WUNTRACED);
		QUIET(kill, child, SIGCONT);
		waitpid(child, &status, WCONTINUED);
	}
	usleep(30000);
	NOTE("%s: %s", waits[which], shared[2] ? result_name(shared[1]) : "goes on");
	if (!shared[2])
		EXPECT(family_state_is(child, "S"));
	family_kill(child);
	close(other);
	close(file);
	close(gate.ends[0]);
	close(gate.ends[1]);
}

CHECK(waits_and_handlers, "kill,mknod")
{
	QUIET(mknod, "fifo", S_IFIFO | 0644, 0);
	for (int which = 0; which < 12; which++)
		wait_disturb(which, 0);
}

CHECK(waits_and_restarting_handlers, "kill,mknod")
{
	QUIET(mknod, "fifo", S_IFIFO | 0644, 0);
	for (int which = 0; which < 12; which++)
		wait_disturb(which, 1);
}

CHECK(waits_and_stops, "kill,mknod")
{
	QUIET(mknod, "fifo", S_IFIFO | 0644, 0);
	for (int which = 0; which < 12; which++)
		wait_disturb(which, 2);
}

/* A process that only computes is ended, stopped, interrupted all the same. */
CHECK(signals_to_computing, "kill,wait4")
{
	int *shared = family_memory();
	pid_t child = family_fork();
	if (child == 0) {
		signal_handle(SIGUSR1, signal_count);
		shared[0] = 1;
		while (!signals_caught)
			;
		shared[0] = 2;
		for (;;)
			;
	}
	EXPECT(family_word_is(&shared[0], 1));
	EXPECT(family_state_is(child, "R"));
	QUIET(kill, child, SIGUSR1);
	EXPECT(family_word_is(&shared[0], 2));
	QUIET(kill, child, SIGTERM);
	family_end("child", child);
}
