/* Calls that wait, and another process that signals the one in them, or stops and continues it. */
#include "../family.h"
#include "../signals.h"

#include <linux/futex.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>

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

static const char *const waits[] = {"read",      "poll",       "ppoll",          "epoll_wait",
				    "nanosleep", "futex",      "futex, timeout", "rt_sigtimedwait",
				    "flock",     "fcntl lock", "open of a fifo", "pause"};

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
