/* pidfd_open, pidfd_send_signal, pidfd_getfd: processes by descriptor. */
#include "../family.h"
#include "../signals.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/wait.h>

static pid_t child_waiting(void)
{
	pid_t child = family_fork();
	if (child == 0)
		for (;;)
			pause();
	return child;
}

CHECK(pidfd_errors, "pidfd_open,pidfd_send_signal,pidfd_getfd")
{
	siginfo_t info = {.si_signo = SIGUSR1, .si_code = SI_QUEUE};
	int file = open("file", O_RDWR | O_CREAT, 0644);
	CALL(pidfd_open, 0, 0);
	CALL(pidfd_open, -1, 0);
	CALL(pidfd_open, 1 << 22, 0);
	SHOW(QUIET(pidfd_open, getpid(), 1));
	CALL(pidfd_send_signal, -1, 0, NULL, 0);
	CALL(pidfd_send_signal, file, 0, NULL, 0);
	int self = (int)QUIET(pidfd_open, getpid(), 0);
	SHOW(fcntl(self, F_GETFD));
	SHOW_OCTAL(fcntl(self, F_GETFL) & ~O_LARGEFILE);
	SHOW(QUIET(pidfd_send_signal, self, 0, NULL, 0));
	SHOW(QUIET(pidfd_send_signal, self, 65, NULL, 0));
	SHOW(QUIET(pidfd_send_signal, self, 0, NULL, 0x100));
	SHOW(QUIET(pidfd_send_signal, self, SIGUSR2, &info, 0));
	SHOW(QUIET(pidfd_send_signal, self, SIGUSR1, 8, 0));
	CALL(pidfd_getfd, file, 0, 0);
	SHOW(QUIET(pidfd_getfd, self, 99, 0));
	SHOW(QUIET(pidfd_getfd, self, 0, 1));
	char byte;
	SHOW(QUIET(read, self, &byte, 1));
	SHOW(QUIET(write, self, &byte, 1));
	SHOW(QUIET(lseek, self, 0, SEEK_SET));
}

/* A process by its directory in /proc, as the first pidfds were; for signals alone. */
CHECK(pidfd_is_a_directory, "pidfd_send_signal,pidfd_getfd")
{
	int self = open("/proc/self", O_RDONLY | O_DIRECTORY), place = open("/proc/self", O_PATH);
	int file = open("/proc/self/stat", O_RDONLY), deeper = open("/proc/self/fd", O_RDONLY | O_DIRECTORY);
	int root = open("/proc", O_RDONLY | O_DIRECTORY);
	SHOW(QUIET(pidfd_send_signal, self, 0, NULL, 0));
	SHOW(QUIET(pidfd_send_signal, self, 65, NULL, 0));
	SHOW(QUIET(pidfd_send_signal, place, 0, NULL, 0));
	SHOW(QUIET(pidfd_send_signal, file, 0, NULL, 0));
	SHOW(QUIET(pidfd_send_signal, deeper, 0, NULL, 0));
	SHOW(QUIET(pidfd_send_signal, root, 0, NULL, 0));
	SHOW(QUIET(pidfd_getfd, self, 0, 0));
	pid_t child = child_waiting();
	char name[32];
	snprintf(name, sizeof(name), "/proc/%d", child);
	int fd = open(name, O_RDONLY | O_DIRECTORY), status = 0;
	SHOW(QUIET(pidfd_send_signal, fd, SIGTERM, NULL, 0));
	SHOW(waitpid(child, &status, 0) == child);
	SHOW_HEX(status);
	SHOW(QUIET(pidfd_send_signal, fd, 0, NULL, 0));
}

CHECK(pidfd_of_child, "pidfd_open,pidfd_send_signal,poll,waitid")
{
	pid_t child = child_waiting();
	int fd = (int)QUIET(pidfd_open, child, O_NONBLOCK);
	struct pollfd entry = {.fd = fd, .events = POLLIN};
	SHOW_OCTAL(fcntl(fd, F_GETFL) & O_NONBLOCK);
	SHOW(QUIET(poll, &entry, 1, 0));
	SHOW(QUIET(pidfd_send_signal, fd, SIGTERM, NULL, 0));
	SHOW(QUIET(poll, &entry, 1, 10000));
	SHOW_HEX(entry.revents);
	SHOW(QUIET(pidfd_send_signal, fd, 0, NULL, 0)); /* a zombie */
	siginfo_t info = {0};
	SHOW(QUIET(waitid, P_PIDFD, fd, &info, WEXITED, NULL));
	NOTE("code %d status %d", info.si_code, info.si_status);
	SHOW(QUIET(pidfd_send_signal, fd, 0, NULL, 0));
	SHOW(QUIET(poll, &entry, 1, 0));
	SHOW_HEX(entry.revents);
	SHOW(QUIET(pidfd_getfd, fd, 0, 0));
}

/* Somebody else's end wakes who waits by poll and epoll, in whatever process. */
CHECK(pidfd_of_others, "pidfd_open,poll,epoll_wait")
{
	pid_t child = child_waiting();
	int fd = (int)QUIET(pidfd_open, child, 0);
	for (int how = 0; how < 2; how++) {
		pid_t watcher = family_fork();
		if (watcher != 0) {
			EXPECT(family_state_is(watcher, "S"));
			if (how == 1)
				family_kill(child);
			else
				kill(watcher, SIGKILL);
			family_end("watcher", watcher);
			continue;
		}
		struct pollfd entry = {.fd = fd, .events = POLLIN};
		struct epoll_event event = {.events = EPOLLIN};
		int epoll = epoll_create1(0);
		epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
		_exit(how ? QUIET(epoll_wait, epoll, &event, 1, 10000) != 1 : QUIET(poll, &entry, 1, 10000) != 1);
	}
	record_made("epoll_wait");
	record_made("poll");
}

CHECK(pidfd_gets_descriptors, "pidfd_getfd,pidfd_open")
{
	struct gate ready = gate_make();
	pid_t child = family_fork();
	if (child == 0) {
		int file = open("file", O_RDWR | O_CREAT, 0644);
		dup2(file, 70);
		if (write(70, "0123456789", 10) == 10)
			lseek(70, 4, SEEK_SET);
		gate_open(&ready);
		for (;;)
			pause();
	}
	gate_wait(&ready);
	int fd = (int)QUIET(pidfd_open, child, 0);
	int got = (int)QUIET(pidfd_getfd, fd, 70, 0);
	REQUIRE(got >= 0);
	SHOW(fcntl(got, F_GETFD));
	SHOW(lseek(got, 0, SEEK_CUR));
	char bytes[4] = "";
	SHOW(read(got, bytes, 3));
	NOTE("%s", bytes);
	SHOW(QUIET(pidfd_getfd, fd, 71, 0));
	family_kill(child);
	SHOW(read(got, bytes, 3)); /* the description lives on */
	NOTE("%s", bytes);
}

CHECK(pidfd_information, "pidfd_open")
{
	char text[512] = "", path[64];
	pid_t child = child_waiting();
	int fd = (int)QUIET(pidfd_open, child, 0);
	snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
	for (int ended = 0; ended < 2; ended++) {
		int info = open(path, O_RDONLY);
		ssize_t length = read(info, text, sizeof text - 1);
		text[length > 0 ? length : 0] = '\0';
		const char *line = strstr(text, "\nPid:");
		EXPECT(line && strtol(line + 5, NULL, 10) == (ended ? -1 : child));
		close(info);
		if (!ended)
			family_kill(child);
	}
}
