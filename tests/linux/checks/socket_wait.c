/* Waiting at sockets of AF_UNIX: poll and epoll, timeouts, signals, other processes. */
#include "conform.h"

#include <linux/sockios.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

static char big[1 << 20];
static const struct sockaddr_un server_address = {.sun_family = AF_UNIX, .sun_path = "server"};

static void poll_show(const char *what, int fd)
{
	struct pollfd polled = {fd, POLLIN | POLLOUT | POLLRDHUP | POLLPRI | POLLRDNORM | POLLWRNORM | POLLWRBAND, 0};
	long count = QUIET(poll, &polled, 1, 0);
	NOTE("%s: %ld %#x", what, count, polled.revents);
}

static void poll_life(int type)
{
	int pair[2], server, client, made;
	QUIET(socketpair, AF_UNIX, type | SOCK_NONBLOCK, 0, pair);
	poll_show("new pair", pair[0]);
	QUIET(write, pair[0], "x", 1);
	poll_show("one byte", pair[1]);
	while (QUIET(write, pair[0], big, 30000) > 0)
		;
	poll_show("full", pair[0]);
	QUIET(read, pair[1], big, sizeof big);
	poll_show("a little room", pair[0]);
	while (QUIET(read, pair[1], big, sizeof big) > 0)
		;
	poll_show("room", pair[0]);
	QUIET(shutdown, pair[1], SHUT_WR);
	poll_show("will not send", pair[1]);
	poll_show("will not receive", pair[0]);
	QUIET(shutdown, pair[0], SHUT_WR);
	poll_show("both ended", pair[0]);
	QUIET(socketpair, AF_UNIX, type | SOCK_NONBLOCK, 0, pair);
	QUIET(write, pair[0], "unread", 6);
	QUIET(write, pair[1], "unread", 6);
	QUIET(close, pair[1]);
	poll_show("closed", pair[0]);
	QUIET(read, pair[0], big, 10);
	poll_show("after a read", pair[0]);
	QUIET(read, pair[0], big, 10);
	poll_show("after another read", pair[0]);
	server = QUIET(socket, AF_UNIX, type, 0);
	poll_show("new socket", server);
	QUIET(bind, server, &server_address, sizeof server_address);
	QUIET(listen, server, 2);
	poll_show("listening", server);
	client = QUIET(socket, AF_UNIX, type, 0);
	QUIET(connect, client, &server_address, sizeof server_address);
	poll_show("a connection", server);
	poll_show("connected", client);
	made = QUIET(accept, server, NULL, NULL);
	poll_show("accepted", server);
	QUIET(shutdown, server, SHUT_RDWR);
	poll_show("shut down", server);
	QUIET(close, client);
	poll_show("made, client closed", made);
	QUIET(unlink, "server");
}

CHECK(socket_poll_stream, "poll")
{
	poll_life(SOCK_STREAM);
}

CHECK(socket_poll_packet, "poll")
{
	poll_life(SOCK_SEQPACKET);
}

CHECK(socket_poll_datagram, "poll")
{
	poll_life(SOCK_DGRAM);
}

static void edges_show(const char *what, int epoll)
{
	struct epoll_event events[4];
	long count = QUIET(epoll_wait, epoll, events, 4, 0);
	NOTE("%s: %ld", what, count);
	for (long i = 0; i < count; i++)
		NOTE("  %llu: %#x", (unsigned long long)events[i].data.u64, events[i].events);
}

CHECK(socket_epoll_edges, "epoll_ctl,epoll_wait")
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET};
	int pair[2], epoll = QUIET(epoll_create1, 0);
	QUIET(socketpair, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair);
	for (int i = 0; i < 2; i++) {
		event.data.u64 = i;
		CALL(epoll_ctl, epoll, EPOLL_CTL_ADD, pair[i], &event);
	}
	edges_show("added", epoll);
	edges_show("again", epoll);
	QUIET(write, pair[0], "one", 3);
	edges_show("a byte came", epoll);
	edges_show("again", epoll);
	QUIET(write, pair[0], "two", 3);
	edges_show("another", epoll);
	QUIET(read, pair[1], big, 2);
	edges_show("some read", epoll);
	QUIET(read, pair[1], big, 10);
	edges_show("all read", epoll);
	QUIET(write, pair[0], big, sizeof big);
	edges_show("filled", epoll);
	QUIET(read, pair[1], big, 1);
	edges_show("a byte read", epoll);
	QUIET(read, pair[1], big, 100000);
	edges_show("half read", epoll);
	QUIET(read, pair[1], big, sizeof big);
	edges_show("emptied", epoll);
	QUIET(shutdown, pair[0], SHUT_WR);
	edges_show("shut down", epoll);
	QUIET(write, pair[1], "x", 1);
	QUIET(close, pair[0]);
	edges_show("closed", epoll);
	edges_show("again", epoll);
}

CHECK(socket_epoll_listening, "epoll_ctl,epoll_wait,accept")
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLET};
	int server = QUIET(socket, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), epoll = QUIET(epoll_create1, 0);
	QUIET(bind, server, &server_address, sizeof server_address);
	QUIET(listen, server, 5);
	CALL(epoll_ctl, epoll, EPOLL_CTL_ADD, server, &event);
	edges_show("listening", epoll);
	for (int i = 0; i < 2; i++)
		QUIET(connect, QUIET(socket, AF_UNIX, SOCK_STREAM, 0), &server_address, sizeof server_address);
	edges_show("two connections", epoll);
	CALL(accept, server, NULL, NULL);
	edges_show("one accepted", epoll);
	QUIET(connect, QUIET(socket, AF_UNIX, SOCK_STREAM, 0), &server_address, sizeof server_address);
	edges_show("a third", epoll);
}

/* --- options --- */

CHECK(socket_options, "getsockopt,setsockopt")
{
	static const int options[] = {
		SO_DEBUG,
		SO_REUSEADDR,
		SO_TYPE,
		SO_ERROR,
		SO_DONTROUTE,
		SO_BROADCAST,
		SO_SNDBUF,
		SO_RCVBUF,
		SO_KEEPALIVE,
		SO_OOBINLINE,
		SO_NO_CHECK,
		SO_PRIORITY,
		SO_LINGER,
		SO_BSDCOMPAT,
		SO_REUSEPORT,
		SO_PASSCRED,
		SO_RCVLOWAT,
		SO_SNDLOWAT,
		SO_TIMESTAMP,
		SO_ACCEPTCONN,
		SO_PEERSEC,
		SO_SNDBUFFORCE,
		SO_RCVBUFFORCE,
		SO_TIMESTAMPNS,
		SO_PROTOCOL,
		SO_DOMAIN,
		SO_RXQ_OVFL,
		SO_PEEK_OFF,
		83 /* SO_PASSRIGHTS */,
		200,
	};
	for (unsigned i = 0; i < sizeof options / sizeof options[0]; i++) {
		int pair[2], value[2] = {-7, -7}, one[2] = {1, 5};
		socklen_t length = sizeof value;
		QUIET(socketpair, AF_UNIX, SOCK_SEQPACKET, 0, pair);
		long before = QUIET(getsockopt, pair[0], SOL_SOCKET, options[i], value, &length);
		NOTE("%d: %s, %u bytes, %d %d", options[i], result_name(before), length, value[0], value[1]);
		long set = QUIET(setsockopt, pair[0], SOL_SOCKET, options[i], one, sizeof one);
		QUIET(getsockopt, pair[0], SOL_SOCKET, options[i], value, &length);
		NOTE("   set to 1: %s, %d %d", result_name(set), value[0], value[1]);
		one[0] = 0;
		set = QUIET(setsockopt, pair[0], SOL_SOCKET, options[i], one, sizeof one);
		QUIET(getsockopt, pair[0], SOL_SOCKET, options[i], value, &length);
		NOTE("   set to 0: %s, %d %d", result_name(set), value[0], value[1]);
		QUIET(close, pair[0]);
		QUIET(close, pair[1]);
	}
}

CHECK(socket_option_arguments, "getsockopt,setsockopt,ioctl")
{
	int pair[2], value = 1;
	socklen_t length = 2;
	struct timeval time = {1, 1000000};
	QUIET(socketpair, AF_UNIX, SOCK_STREAM, 0, pair);
	CALL(getsockopt, pair[0], SOL_SOCKET, SO_TYPE, &value, &length);
	SHOW(length);
	length = -1;
	CALL(getsockopt, pair[0], SOL_SOCKET, SO_TYPE, &value, &length);
	length = 4;
	CALL(getsockopt, pair[0], SOL_SOCKET, SO_TYPE, NULL, &length);
	CALL(getsockopt, pair[0], SOL_SOCKET, SO_TYPE, &value, NULL);
	CALL(setsockopt, pair[0], SOL_SOCKET, SO_REUSEADDR, &value, 3);
	CALL(setsockopt, pair[0], SOL_SOCKET, SO_REUSEADDR, &value, -1);
	CALL(setsockopt, pair[0], SOL_SOCKET, SO_REUSEADDR, NULL, 4);
	CALL(setsockopt, pair[0], 6, 1, &value, 4);
	CALL(getsockopt, pair[0], 6, 1, &value, &length);
	CALL(setsockopt, pair[0], SOL_SOCKET, SO_RCVTIMEO, &time, 8);
	CALL(setsockopt, pair[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
	time.tv_usec = -1;
	CALL(setsockopt, pair[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
	time = (struct timeval){3, 20000};
	CALL(setsockopt, pair[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
	length = sizeof time;
	CALL(getsockopt, pair[0], SOL_SOCKET, SO_RCVTIMEO, &time, &length);
	SHOW(time.tv_sec);
	SHOW(time.tv_usec);
	CALL(ioctl, pair[0], SIOCSPGRP, &value);
	CALL(ioctl, pair[0], SIOCGPGRP, &value);
	SHOW(value);
	CALL(ioctl, pair[0], FIONBIO, &value);
	SHOW_OCTAL(CALL(fcntl, pair[0], F_GETFL));
	CALL(ioctl, pair[0], FIONREAD, NULL);
	CALL(ioctl, pair[0], TCGETS, big);
}

/* --- timeouts, signals, processes --- */

static long milliseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

CHECK(socket_timeouts, "setsockopt,read,write,accept,connect")
{
	struct timeval time = {0, 30000};
	int pair[2], server = QUIET(socket, AF_UNIX, SOCK_STREAM, 0), client;
	long start = milliseconds();
	QUIET(socketpair, AF_UNIX, SOCK_STREAM, 0, pair);
	CALL(setsockopt, pair[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
	CALL(setsockopt, pair[0], SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
	CALL(read, pair[0], big, 1);
	CALL(recvfrom, pair[0], big, 1, MSG_DONTWAIT, NULL, NULL);
	SHOW(QUIET(write, pair[0], big, sizeof big));
	CALL(write, pair[0], big, 1);
	QUIET(write, pair[1], "abc", 3);
	CALL(recvfrom, pair[0], big, 5, MSG_WAITALL, NULL, NULL);
	QUIET(bind, server, &server_address, sizeof server_address);
	QUIET(listen, server, 0);
	CALL(setsockopt, server, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
	CALL(accept, server, NULL, NULL);
	QUIET(connect, QUIET(socket, AF_UNIX, SOCK_STREAM, 0), &server_address, sizeof server_address);
	client = QUIET(socket, AF_UNIX, SOCK_STREAM, 0);
	CALL(setsockopt, client, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
	CALL(connect, client, &server_address, sizeof server_address);
	QUIET(socketpair, AF_UNIX, SOCK_DGRAM, 0, pair);
	CALL(setsockopt, pair[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
	CALL(read, pair[0], big, 1);
	start = milliseconds() - start;
	EXPECT(start >= 7 * 30 && start < 5000);
}

static volatile sig_atomic_t caught;
static int feed_fd;

static void alarmed(int signal)
{
	(void)signal;
	if (++caught == 2)
		QUIET(write, feed_fd, "fed", 3);
}

/* An alarm after 20 ms, another 20 ms later, which feeds the reader. */
static void alarms_start(int flags, int feed)
{
	struct sigaction action = {.sa_handler = alarmed, .sa_flags = flags};
	struct itimerval twice = {{0, 20000}, {0, 20000}};
	caught = 0;
	feed_fd = feed;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &twice, NULL);
}

static void alarms_stop(const char *what, long result)
{
	static const struct itimerval none;
	int times = caught;
	setitimer(ITIMER_REAL, &none, NULL);
	signal(SIGALRM, SIG_IGN);
	signal(SIGALRM, SIG_DFL);
	NOTE("%s: %s, alarms %d", what, result_name(result), times);
}

static void interrupted(const char *what, int type, int flags, const struct timeval *timeout)
{
	int pair[2];
	QUIET(socketpair, AF_UNIX, type, 0, pair);
	if (timeout)
		QUIET(setsockopt, pair[0], SOL_SOCKET, SO_RCVTIMEO, timeout, sizeof *timeout);
	alarms_start(flags, pair[1]);
	long result = QUIET(recvfrom, pair[0], big, 10, 0, NULL, NULL);
	alarms_stop(what, result);
	QUIET(close, pair[0]);
	QUIET(close, pair[1]);
}

CHECK(socket_interrupted, "recvfrom,accept,sendto,connect")
{
	struct timeval timeout = {5, 0};
	int server = QUIET(socket, AF_UNIX, SOCK_STREAM, 0), client, pair[2];
	interrupted("stream", SOCK_STREAM, 0, NULL);
	interrupted("stream, SA_RESTART", SOCK_STREAM, SA_RESTART, NULL);
	interrupted("stream, SA_RESTART, timeout", SOCK_STREAM, SA_RESTART, &timeout);
	interrupted("datagram", SOCK_DGRAM, 0, NULL);
	interrupted("datagram, SA_RESTART", SOCK_DGRAM, SA_RESTART, NULL);
	interrupted("datagram, SA_RESTART, timeout", SOCK_DGRAM, SA_RESTART, &timeout);
	QUIET(bind, server, &server_address, sizeof server_address);
	QUIET(listen, server, 0);
	alarms_start(0, server);
	alarms_stop("accept", QUIET(accept, server, NULL, NULL));
	QUIET(connect, QUIET(socket, AF_UNIX, SOCK_STREAM, 0), &server_address, sizeof server_address);
	client = QUIET(socket, AF_UNIX, SOCK_STREAM, 0);
	alarms_start(0, server);
	alarms_stop("connect", QUIET(connect, client, &server_address, sizeof server_address));
	QUIET(socketpair, AF_UNIX, SOCK_STREAM, 0, pair);
	alarms_start(0, pair[1]);
	alarms_stop("send", QUIET(sendto, pair[0], big, sizeof big, 0, NULL, 0));
	alarms_start(0, pair[1]);
	alarms_stop("send", QUIET(sendto, pair[0], big, sizeof big, 0, NULL, 0));
}

/* A sender that waits is told when the other end closes: ECONNRESET, for its bytes were not read. */
CHECK(socket_closed_while_waiting, "write,read,close")
{
	int pair[2], status;
	for (int write_first = 0; write_first < 2; write_first++) {
		QUIET(socketpair, AF_UNIX, SOCK_STREAM, 0, pair);
		pid_t child = fork();
		if (!child) {
			QUIET(close, pair[1]);
			long result = 0;
			if (write_first) {
				QUIET(fcntl, pair[0], F_SETFL, O_NONBLOCK);
				QUIET(write, pair[0], big, sizeof big);
				QUIET(fcntl, pair[0], F_SETFL, 0);
				result = QUIET(write, pair[0], big, sizeof big);
			} else {
				result = QUIET(read, pair[0], big, 1);
			}
			NOTE("%s: %s", write_first ? "write" : "read", result_name(result));
			NOTE("then read: %s", result_name(QUIET(read, pair[0], big, 1)));
			_exit(0);
		}
		QUIET(close, pair[0]);
		usleep(50000);
		long closed = QUIET(close, pair[1]);
		SHOW(waitpid(child, &status, 0) == child);
		/* Not before: the child's lines may come at once. */
		SHOW(closed);
		SHOW(status);
	}
	record_made("write");
	record_made("read");
}

/* Two processes and all kinds of sockets: what goes in at one end comes out at the other, in order. */
static void stream_between(int type, long pieces, size_t length)
{
	unsigned char *out = (void *)big;
	int pair[2], status;
	QUIET(socketpair, AF_UNIX, type, 0, pair);
	pid_t child = fork();
	if (!child) {
		QUIET(close, pair[0]);
		for (long i = 0; i < pieces; i++) {
			memset(out, (int)(i % 251), length);
			if (QUIET(write, pair[1], out, length) != (long)length)
				_exit(1);
		}
		_exit(0);
	}
	QUIET(close, pair[1]);
	long total = 0, wrong = 0, got;
	while ((got = QUIET(read, pair[0], out, 77777)) > 0) {
		for (long i = 0; i < got; i++)
			wrong += out[i] != (total + i) / (long)length % 251;
		total += got;
	}
	NOTE("%ld pieces of %zu: %ld bytes, %ld wrong, %s", pieces, length, total, wrong, result_name(got));
	SHOW(waitpid(child, &status, 0) == child);
	SHOW(status);
}

CHECK(socket_between_processes, "read,write,socketpair")
{
	stream_between(SOCK_STREAM, 20000, 1);
	stream_between(SOCK_STREAM, 300, 12345);
	stream_between(SOCK_STREAM, 10, 1000000);
	stream_between(SOCK_SEQPACKET, 300, 12345);
	record_made("write");
}

CHECK(socket_servers_share, "accept,connect,listen")
{
	int server = QUIET(socket, AF_UNIX, SOCK_STREAM, 0), status, served = 0;
	pid_t workers[3];
	QUIET(bind, server, &server_address, sizeof server_address);
	CALL(listen, server, 10);
	for (int i = 0; i < 3; i++) {
		workers[i] = fork();
		if (workers[i])
			continue;
		for (;;) {
			int fd = QUIET(accept, server, NULL, NULL);
			char byte = 0;
			QUIET(read, fd, &byte, 1);
			QUIET(write, fd, &byte, 1);
			QUIET(close, fd);
			if (byte == 'q')
				_exit(0);
		}
	}
	for (int i = 0; i < 103; i++) {
		char byte = i < 100 ? 'x' : 'q', answer = 0;
		int fd = QUIET(socket, AF_UNIX, SOCK_STREAM, 0);
		QUIET(connect, fd, &server_address, sizeof server_address);
		QUIET(write, fd, &byte, 1);
		QUIET(read, fd, &answer, 1);
		served += answer == byte;
		QUIET(close, fd);
	}
	SHOW(served);
	for (int i = 0; i < 3; i++)
		SHOW(waitpid(workers[i], &status, 0) == workers[i]);
	record_made("accept");
}
