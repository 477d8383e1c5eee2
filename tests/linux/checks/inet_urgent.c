/* Urgent data of TCP over the loopback interface: MSG_OOB, the mark, SO_OOBINLINE, SIGURG. */
#include "conform.h"

#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <time.h>

#include "inet.h"

#define SIOCATMARK_ 0x8905 /* <linux/sockios.h> */

static const int one = 1;

static void mark_show(const char *what, int fd)
{
	int at = -1, bytes = -1;

	QUIET(ioctl, fd, SIOCATMARK_, &at);
	QUIET(ioctl, fd, FIONREAD, &bytes);
	NOTE("%s: at mark %d, %d bytes", what, at, bytes);
}

/* Reads what there is, and says what it was. */
static void read_show(int fd, int flags)
{
	char bytes[16] = "";
	long count = QUIET(recvfrom, fd, bytes, sizeof bytes, flags | MSG_DONTWAIT, NULL, NULL);

	NOTE("flags %#x: %s", flags, result_name(count));
	if (count > 0)
		SHOW_TEXT(bytes, count);
}

static void urgent_send(int fd, const char *text)
{
	QUIET(sendto, fd, text, strlen(text), MSG_OOB, NULL, 0);
}

/* Until so many bytes are there, up to the mark. */
static void arrival_await(int fd, int bytes)
{
	for (int i = 0; i < 5000; i++) {
		struct timespec pause = {.tv_nsec = 1000000};
		int there = 0;

		QUIET(ioctl, fd, FIONREAD, &there);
		if (there >= bytes)
			return;
		QUIET(nanosleep, &pause, NULL);
	}
	NOTE("nothing came");
}

/* At the mark: until both bytes behind it are there. */
static void await_behind(int fd)
{
	char room[8];

	for (int i = 0; i < 5000; i++) {
		struct timespec pause = {.tv_nsec = 1000000};

		if (QUIET(recvfrom, fd, room, sizeof room, MSG_PEEK | MSG_DONTWAIT, NULL, NULL) >= 2)
			return;
		QUIET(nanosleep, &pause, NULL);
	}
	NOTE("nothing came");
}

CHECK(inet_urgent_apart, "sendto,recvfrom,ioctl,poll")
{
	static const int families[] = {AF_INET, AF_INET6};
	int pair[2];

	for (int i = 0; i < 2; i++) {
		inet_pair(families[i], pair);
		mark_show("new", pair[1]);
		read_show(pair[1], MSG_OOB);
		inet_poll_show("new", pair[1]);
		urgent_send(pair[0], "abc");
		inet_await(pair[1], POLLPRI);
		inet_poll_show("arrived", pair[1]);
		mark_show("arrived", pair[1]);
		read_show(pair[1], MSG_OOB | MSG_PEEK);
		read_show(pair[1], MSG_PEEK);
		read_show(pair[1], 0);
		mark_show("up to the mark", pair[1]);
		inet_poll_show("up to the mark", pair[1]);
		read_show(pair[1], MSG_OOB);
		inet_poll_show("taken", pair[1]);
		mark_show("taken", pair[1]);
		read_show(pair[1], MSG_OOB);
		CALL(write, pair[0], "de", 2);
		await_behind(pair[1]);
		inet_poll_show("more", pair[1]);
		read_show(pair[1], MSG_PEEK);
		read_show(pair[1], 0);
		mark_show("behind the mark", pair[1]);
		read_show(pair[1], MSG_OOB);
	}
}

CHECK(inet_urgent_inline, "sendto,recvfrom,ioctl,poll,setsockopt")
{
	int pair[2];

	inet_pair(AF_INET, pair);
	CALL(setsockopt, pair[1], SOL_SOCKET, SO_OOBINLINE, &one, sizeof one);
	urgent_send(pair[0], "abc");
	inet_await(pair[1], POLLPRI);
	CALL(write, pair[0], "de", 2);
	arrival_await(pair[1], 5);
	mark_show("arrived", pair[1]);
	read_show(pair[1], MSG_OOB);
	read_show(pair[1], 0);
	mark_show("up to the mark", pair[1]);
	inet_poll_show("up to the mark", pair[1]);
	read_show(pair[1], 0);
	inet_poll_show("read", pair[1]);
	mark_show("read", pair[1]);
}

CHECK(inet_urgent_skipped, "sendto,recvfrom,poll")
{
	int pair[2];

	inet_pair(AF_INET, pair);
	urgent_send(pair[0], "x");
	inet_await(pair[1], POLLPRI);
	inet_poll_show("alone", pair[1]);
	mark_show("alone", pair[1]);
	/* Nobody fetched it: reading on loses it. */
	CALL(write, pair[0], "yz", 2);
	await_behind(pair[1]);
	read_show(pair[1], 0);
	read_show(pair[1], MSG_OOB);
	mark_show("passed", pair[1]);
	inet_poll_show("passed", pair[1]);
	/* Peeking does not. */
	urgent_send(pair[0], "pq");
	inet_await(pair[1], POLLPRI);
	CALL(write, pair[0], "rs", 2);
	read_show(pair[1], MSG_PEEK);
	read_show(pair[1], 0);
	await_behind(pair[1]);
	read_show(pair[1], MSG_PEEK);
	mark_show("peeked", pair[1]);
	read_show(pair[1], MSG_OOB);
	read_show(pair[1], 0);
}

CHECK(inet_urgent_twice, "sendto,recvfrom,poll,ioctl")
{
	int pair[2];

	for (int fetch = 0; fetch < 2; fetch++) {
		inet_pair(AF_INET, pair);
		urgent_send(pair[0], "a");
		inet_await(pair[1], POLLPRI);
		if (fetch)
			read_show(pair[1], MSG_OOB);
		CALL(write, pair[0], "b", 1);
		inet_await(pair[1], POLLIN);
		urgent_send(pair[0], "cd");
		arrival_await(pair[1], 2);
		inet_await(pair[1], POLLPRI);
		mark_show("the second", pair[1]);
		read_show(pair[1], 0);
		mark_show("the second", pair[1]);
		read_show(pair[1], MSG_OOB);
		read_show(pair[1], 0);
		/* A mark takes the place of one that was not reached. */
		urgent_send(pair[0], "ef");
		inet_await(pair[1], POLLPRI);
		urgent_send(pair[0], "gh");
		arrival_await(pair[1], 3);
		mark_show("the fourth", pair[1]);
		read_show(pair[1], 0);
		read_show(pair[1], MSG_OOB);
	}
}

CHECK(inet_urgent_edges, "sendto,recvfrom,recvmsg,shutdown")
{
	union inet_address where;
	char byte = 0;
	struct iovec none = {&byte, 0}, room = {&byte, 1};
	struct msghdr message = {.msg_iov = &none, .msg_iovlen = 1};
	int pair[2], fresh = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);

	CALL(recvfrom, fresh, &byte, 1, MSG_OOB, NULL, NULL);
	CALL(sendto, fresh, &byte, 1, MSG_OOB | MSG_NOSIGNAL, NULL, 0);
	CALL(recvfrom, inet_listener(AF_INET, &where), &byte, 1, MSG_OOB, NULL, NULL);
	inet_pair(AF_INET, pair);
	CALL(sendto, pair[0], &byte, 0, MSG_OOB, NULL, 0);
	inet_poll_show("nothing sent", pair[1]);
	urgent_send(pair[0], "u");
	inet_await(pair[1], POLLPRI);
	CALL(recvmsg, pair[1], &message, MSG_OOB | MSG_PEEK);
	SHOW_HEX(message.msg_flags);
	CALL(recvfrom, pair[1], (void *)8, 1, MSG_OOB | MSG_PEEK, NULL, NULL);
	message.msg_iov = &room;
	CALL(recvmsg, pair[1], &message, MSG_OOB);
	SHOW_HEX(message.msg_flags);
	SHOW(byte);
	urgent_send(pair[0], "last");
	CALL(shutdown, pair[0], SHUT_WR);
	inet_await(pair[1], POLLRDHUP);
	inet_poll_show("over", pair[1]);
	read_show(pair[1], 0);
	read_show(pair[1], MSG_OOB);
	read_show(pair[1], 0);
	read_show(pair[1], MSG_OOB);
	CALL(sendto, pair[0], &byte, 1, MSG_OOB | MSG_NOSIGNAL, NULL, 0);
}

CHECK(inet_urgent_signal, "fcntl,sendto,rt_sigtimedwait,rt_sigprocmask")
{
	struct timespec patience = {.tv_sec = 5}, none = {0};
	uint64_t urgent = 1ull << (SIGURG - 1), before;
	siginfo_t info = {0};
	int pair[2];

	QUIET(rt_sigprocmask, SIG_BLOCK, &urgent, &before, sizeof urgent);
	inet_pair(AF_INET, pair);
	urgent_send(pair[0], "n");
	inet_await(pair[1], POLLPRI);
	CALL(rt_sigtimedwait, &urgent, &info, &none, sizeof urgent);
	CALL(fcntl, pair[1], F_SETOWN, QUIET(getpid));
	urgent_send(pair[0], "y");
	CALL(rt_sigtimedwait, &urgent, &info, &patience, sizeof urgent);
	SHOW(info.si_code);
	CALL(fcntl, pair[1], F_SETOWN, -QUIET(getpgid, 0));
	urgent_send(pair[0], "g");
	CALL(rt_sigtimedwait, &urgent, &info, &patience, sizeof urgent);
	QUIET(rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);
}

CHECK(inet_urgent_select, "select,epoll_create1,epoll_ctl,epoll_wait")
{
	struct epoll_event event = {.events = EPOLLPRI | EPOLLET};
	struct timeval patience = {.tv_sec = 5}, none = {0};
	int pair[2], set = (int)QUIET(epoll_create1, 0);
	fd_set others;

	inet_pair(AF_INET, pair);
	CALL(epoll_ctl, set, EPOLL_CTL_ADD, pair[1], &event);
	urgent_send(pair[0], "s");
	FD_ZERO(&others);
	FD_SET(pair[1], &others);
	CALL(select, pair[1] + 1, NULL, NULL, &others, &patience);
	SHOW(FD_ISSET(pair[1], &others));
	CALL(epoll_wait, set, &event, 1, 5000);
	SHOW_HEX(event.events);
	read_show(pair[1], MSG_OOB);
	FD_SET(pair[1], &others);
	CALL(select, pair[1] + 1, NULL, NULL, &others, &none);
	CALL(epoll_wait, set, &event, 1, 0);
	urgent_send(pair[0], "t");
	CALL(epoll_wait, set, &event, 1, 5000);
	SHOW_HEX(event.events);
}
