/* Signals: timers at 50 us and other processes, while the program waits in every way there is. */
#include "torture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile unsigned caught;

static void catch (int signal)
{
	(void)signal;
	caught++;
}

struct ways {
	int pipe[2], sockets[2], event, epoll, file;
	uint32_t word;
};

/* One wait, which ends by a signal at the latest; what it answers must be one of these. */
static void wait_once(struct ways *ways, unsigned way)
{
	struct pollfd entry = {.fd = ways->pipe[0], .events = POLLIN};
	struct timespec time = {0, 2000000};
	struct timeval value = {0, 2000};
	struct epoll_event event;
	sigset_t set;
	siginfo_t info;
	char byte;
	long result = 0;
	fd_set fds;
	sigemptyset(&set);
	errno = 0;
	switch (way % 12) {
	case 0:
		result = read(ways->pipe[0], &byte, 1);
		break;
	case 1:
		result = poll(&entry, 1, 2);
		break;
	case 2:
		result = ppoll(&entry, 1, &time, &set);
		break;
	case 3:
		FD_ZERO(&fds);
		FD_SET(ways->pipe[0], &fds);
		result = select(ways->pipe[0] + 1, &fds, NULL, NULL, &value);
		break;
	case 4:
		result = epoll_wait(ways->epoll, &event, 1, 2);
		break;
	case 5:
		result = nanosleep(&time, NULL);
		break;
	case 6:
		result = syscall(SYS_futex, &ways->word, FUTEX_WAIT, 0, NULL, NULL, 0);
		break;
	case 7:
		result = syscall(SYS_futex, &ways->word, FUTEX_WAIT, 0, &time, NULL, 0);
		break;
	case 8:
		sigaddset(&set, SIGUSR2);
		result = sigtimedwait(&set, &info, &time);
		break;
	case 9:
		result = recv(ways->sockets[0], &byte, 1, 0);
		break;
	case 10:
		result = sigsuspend(&set);
		break;
	default:
		result = wait4(-1, NULL, 0, NULL);
		break;
	}
	if (result > 0 || (result < 0 && errno != EINTR && errno != EAGAIN && errno != ETIMEDOUT && errno != ECHILD))
		complain("way %u: %ld, %s", way % 12, result, strerror(errno));
}

static void ways_open(struct ways *ways)
{
	struct epoll_event event = {.events = EPOLLIN};
	*ways = (struct ways){.event = eventfd(0, 0), .epoll = epoll_create1(0)};
	if (pipe(ways->pipe) != 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, ways->sockets) != 0)
		complain("no pipe");
	epoll_ctl(ways->epoll, EPOLL_CTL_ADD, ways->event, &event);
}

static void ways_close(struct ways *ways)
{
	const int fds[] = {ways->pipe[0], ways->pipe[1], ways->sockets[0], ways->sockets[1], ways->event, ways->epoll};
	for (int i = 0; i < 6; i++)
		close(fds[i]);
}

static struct sigaction handler_set(int flags)
{
	struct sigaction action = {.sa_handler = catch, .sa_flags = flags}, old;
	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGALRM, &action, &old);
	return old;
}

static pid_t sender_start(int signal)
{
	pid_t self = getpid(), sender = fork();
	if (sender == 0)
		for (unsigned i = 0;; i++) {
			kill(self, signal);
			for (volatile unsigned k = 0; k < i * 7919 % 3000; k++) /* at any moment of the other's */
				;
		}
	return sender;
}

TORTURE(waits_and_timer, 2000, 200000)
{
	struct itimerval often = {{0, 50}, {0, 50}}, none = {{0, 0}, {0, 0}};
	struct ways ways;
	ways_open(&ways);
	handler_set(0);
	setitimer(ITIMER_REAL, &often, NULL);
	for (unsigned i = 0; i < times; i++)
		wait_once(&ways, i);
	setitimer(ITIMER_REAL, &none, NULL);
	signal(SIGALRM, SIG_DFL);
	ways_close(&ways);
}

TORTURE(waits_and_senders, 1500, 200000)
{
	struct ways ways;
	ways_open(&ways);
	handler_set(0);
	pid_t senders[2] = {sender_start(SIGUSR1), sender_start(SIGUSR1)};
	for (unsigned i = 0; i < times; i++)
		wait_once(&ways, i % 12 == 11 ? i + 1 : i); /* there are children: wait4 would be a wait for ever */
	for (int i = 0; i < 2; i++) {
		kill(senders[i], SIGKILL);
		child_expect(senders[i], SIGKILL, "who sent signals");
	}
	ways_close(&ways);
}

/* Calls that do not wait, and computing, with results that nothing may change. */
TORTURE(work_and_senders, 10000, 1000000)
{
	struct itimerval often = {{0, 50}, {0, 50}}, none = {{0, 0}, {0, 0}};
	int ends[2];
	handler_set(SA_RESTART);
	if (pipe(ends) != 0)
		complain("no pipe");
	pid_t sender = sender_start(SIGUSR1), self = getpid();
	setitimer(ITIMER_REAL, &often, NULL);
	for (unsigned i = 0; i < times; i++) {
		volatile double product = 1.0;
		uint32_t out = 0;
		for (int k = 1; k <= 20; k++)
			product = product * k;
		if (product != 2432902008176640000.0)
			complain("a product of %f", product);
		if (write(ends[1], &i, 4) != 4 || read(ends[0], &out, 4) != 4 || out != i || getpid() != self)
			complain("a pipe of %u gave %u", i, out);
	}
	setitimer(ITIMER_REAL, &none, NULL);
	kill(sender, SIGKILL);
	child_expect(sender, SIGKILL, "who sent signals");
	signal(SIGALRM, SIG_DFL);
	close(ends[0]);
	close(ends[1]);
}

static pid_t vfork_exit(bool executes)
{
	pid_t child = vfork();
	if (child == 0) {
		if (executes)
			execute_exit(5);
		_exit(5);
	}
	return child;
}

static pid_t fork_exit(bool executes)
{
	pid_t child = fork();
	if (child == 0) {
		if (executes)
			execute_exit(5);
		_exit(5);
	}
	return child;
}

/* Signals to a family while it forks, executes and ends. */
TORTURE(forks_and_senders, 100, 10000)
{
	handler_set(SA_RESTART);
	pid_t sender = sender_start(SIGUSR1);
	for (unsigned i = 0; i < times; i++) {
		pid_t child = i % 2 ? fork_exit(i % 4 < 2) : vfork_exit(i % 4 < 2);
		child_expect(child, 5 << 8, "a child among signals");
	}
	kill(sender, SIGKILL);
	child_expect(sender, SIGKILL, "who sent signals");
	signal(SIGALRM, SIG_DFL);
}

/* Stopped and continued at any moment: it gets on. */
TORTURE(stops, 500, 20000)
{
	volatile int *shared = memory_shared();
	pid_t child = fork();
	if (child == 0) {
		setpgid(0, 0);
		int ends[2];
		char byte = 0;
		if (pipe(ends) != 0)
			_exit(1);
		for (;;) {
			(*shared)++;
			if (write(ends[1], &byte, 1) != 1 || read(ends[0], &byte, 1) != 1)
				_exit(2);
			if (*shared % 64 == 0)
				usleep(50);
		}
	}
	for (unsigned i = 0; i < times; i++) {
		int status = 0, before = *shared;
		kill(child, SIGSTOP);
		if (waitpid(child, &status, WUNTRACED) != child || !WIFSTOPPED(status)) {
			complain("status %#x, not stopped", status);
			break;
		}
		kill(child, SIGCONT);
		if (waitpid(child, &status, WCONTINUED) != child || !WIFCONTINUED(status))
			complain("status %#x, not continued", status);
		for (int k = 0; k < 100000 && *shared == before; k++)
			sched_yield();
	}
	kill(child, SIGKILL);
	child_expect(child, SIGKILL, "who was stopped");
}

/* SIGCONT right behind a stop signal: it never stays stopped. */
TORTURE(stops_cancelled, 500, 20000)
{
	pid_t child = fork();
	if (child == 0) {
		setpgid(0, 0);
		for (;;)
			getppid();
	}
	setpgid(child, child);
	for (unsigned i = 0; i < times; i++) {
		kill(child, SIGTSTP);
		kill(child, SIGCONT);
	}
	usleep(10000);
	kill(child, SIGTERM);
	child_expect(child, SIGTERM, "who was never stopped");
}

static void say_caught(int signal)
{
	(void)signal;
	if (write(STDOUT_FILENO, "caught\n", 7) != 7)
		_exit(1);
}

int sleeper_serve(void)
{
	struct sigaction action = {.sa_handler = say_caught};
	char byte;
	sigaction(SIGUSR1, &action, NULL);
	pid_t child = fork();
	while (child == 0)
		pause();
	if (write(STDOUT_FILENO, "ready\n", 6) != 6)
		return 1;
	while (read(STDIN_FILENO, &byte, 1) == 1) {
		kill(child, SIGUSR1);
		if (write(STDOUT_FILENO, "sent\n", 5) != 5)
			return 1;
	}
	return 0;
}
