/* Bytes over TCP: flags of send and recv, ends, resets, lingering, urgent and unread data. */
#include "conform.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "inet.h"

static char big[1 << 20];

static long queued(int fd, unsigned long request)
{
	int bytes = -1;

	return QUIET(ioctl, fd, request, &bytes) < 0 ? -1 : bytes;
}

/* Sends from a child, after the other side began to wait. */
static void send_later(int fd, const char *bytes, size_t count)
{
	if (!QUIET(fork)) {
		usleep(30000);
		_exit(QUIET(write, fd, bytes, count) == (long)count ? 0 : 1);
	}
}

CHECK(inet_stream, "read,write,readv,writev,sendto,recvfrom")
{
	int pair[2];
	char bytes[64] = "", words[] = "one two";
	struct iovec out[] = {{words, 4}, {words, 0}, {words + 4, 3}}, in[] = {{bytes, 2}, {bytes + 10, 20}};
	union inet_address name;
	socklen_t length = sizeof name;

	inet_pair(AF_INET, pair);
	CALL(writev, pair[0], out, 3);
	CALL(readv, pair[1], in, 2);
	SHOW_TEXT(bytes, 2);
	SHOW_TEXT(bytes + 10, 5);
	CALL(sendto, pair[1], "answer", 6, 0, &name, 0);
	CALL(recvfrom, pair[0], bytes, 64, 0, &name, &length);
	SHOW(length);
	CALL(write, pair[0], "", 0);
	CALL(read, pair[0], bytes, 0);
	CALL(write, pair[0], NULL, 5);
	CALL(write, pair[0], "x", 1);
	CALL(read, pair[1], NULL, 5);
	CALL(read, pair[1], bytes, 5);
}

CHECK(inet_stream_flags, "recvfrom,sendto,ioctl")
{
	int pair[2];
	char bytes[64] = "";

	inet_pair(AF_INET, pair);
	CALL(recvfrom, pair[1], bytes, 10, MSG_DONTWAIT, NULL, NULL);
	CALL(sendto, pair[0], "0123456789", 10, MSG_DONTWAIT, NULL, 0);
	inet_await(pair[1], POLLIN);
	SHOW(queued(pair[1], FIONREAD));
	CALL(recvfrom, pair[1], bytes, 4, MSG_PEEK, NULL, NULL);
	CALL(recvfrom, pair[1], bytes, 64, MSG_PEEK, NULL, NULL);
	CALL(recvfrom, pair[1], bytes, 3, 0, NULL, NULL);
	SHOW_TEXT(bytes, 3);
	memset(bytes, '-', sizeof bytes);
	CALL(recvfrom, pair[1], bytes, 3, MSG_TRUNC, NULL, NULL);
	SHOW_TEXT(bytes, 3);
	CALL(recvfrom, pair[1], bytes, 64, MSG_WAITALL | MSG_DONTWAIT, NULL, NULL);
	SHOW_TEXT(bytes, 4);
	CALL(recvfrom, pair[1], bytes, 64, MSG_ERRQUEUE, NULL, NULL);
	CALL(recvfrom, pair[1], bytes, 64, MSG_OOB, NULL, NULL);
	SHOW(queued(pair[1], FIONREAD));
}

CHECK(inet_stream_waitall, "recvfrom,setsockopt")
{
	int pair[2], low = 6;
	char bytes[64] = "";

	inet_pair(AF_INET6, pair);
	QUIET(write, pair[0], "begin", 5);
	send_later(pair[0], " end", 4);
	CALL(recvfrom, pair[1], bytes, 9, MSG_WAITALL, NULL, NULL);
	QUIET(wait4, -1, NULL, 0, NULL);
	CALL(setsockopt, pair[1], SOL_SOCKET, SO_RCVLOWAT, &low, sizeof low);
	QUIET(write, pair[0], "12345", 5);
	inet_await(pair[1], POLLIN | POLLHUP);
	inet_poll_show("too few", pair[1]);
	QUIET(write, pair[0], "6", 1);
	inet_await(pair[1], POLLIN);
	CALL(recvfrom, pair[1], bytes, 64, 0, NULL, NULL);
}

CHECK(inet_stream_end, "shutdown,read,write")
{
	int pair[2];
	char bytes[64];

	inet_pair(AF_INET, pair);
	QUIET(write, pair[0], "last words", 10);
	CALL(shutdown, pair[0], SHUT_WR);
	CALL(shutdown, pair[0], SHUT_WR);
	CALL(write, pair[0], "x", 1);
	inet_poll_show("sent the end", pair[0]);
	inet_await(pair[1], POLLRDHUP);
	inet_poll_show("got the end", pair[1]);
	CALL(read, pair[1], bytes, 64);
	CALL(read, pair[1], bytes, 64);
	CALL(read, pair[1], bytes, 64);
	CALL(write, pair[1], "answer", 6);
	inet_await(pair[0], POLLIN);
	inet_poll_show("an answer", pair[0]);
	CALL(read, pair[0], bytes, 64);
	CALL(shutdown, pair[1], SHUT_RDWR);
	inet_await(pair[0], POLLHUP);
	inet_poll_show("both ended", pair[0]);
	inet_poll_show("both ended, other side", pair[1]);
	CALL(read, pair[0], bytes, 64);
	CALL(shutdown, pair[0], SHUT_RD);
	CALL(shutdown, pair[0], 3);
	CALL(shutdown, (int)QUIET(socket, AF_INET, SOCK_STREAM, 0), SHUT_RD);
}

CHECK(inet_stream_no_receive, "shutdown,read")
{
	int pair[2];
	char bytes[64];

	inet_pair(AF_INET, pair);
	QUIET(write, pair[0], "before", 6);
	inet_await(pair[1], POLLIN);
	CALL(shutdown, pair[1], SHUT_RD);
	inet_poll_show("will not receive", pair[1]);
	CALL(read, pair[1], bytes, 64);
	CALL(read, pair[1], bytes, 64);
	CALL(write, pair[1], "still sends", 11);
	CALL(write, pair[0], "after", 5);
	usleep(10000);
	CALL(read, pair[1], bytes, 64);
	CALL(read, pair[1], bytes, 64);
}

CHECK(inet_stream_reset, "close,read,write")
{
	int pair[2];
	char bytes[64];

	/* Who closes without having read everything resets. */
	inet_pair(AF_INET, pair);
	QUIET(write, pair[0], "unread", 6);
	inet_await(pair[1], POLLIN);
	QUIET(close, pair[1]);
	inet_await(pair[0], POLLHUP);
	inet_poll_show("reset", pair[0]);
	CALL(read, pair[0], bytes, 64);
	CALL(read, pair[0], bytes, 64);
	CALL(write, pair[0], "x", 1);
	/* Writing to who has closed: the first is taken, and answered by a reset. */
	inet_pair(AF_INET, pair);
	QUIET(close, pair[1]);
	inet_await(pair[0], POLLIN);
	inet_poll_show("closed", pair[0]);
	CALL(write, pair[0], "x", 1);
	inet_await(pair[0], POLLHUP);
	inet_poll_show("answered", pair[0]);
	CALL(write, pair[0], "x", 1);
	CALL(write, pair[0], "x", 1);
	CALL(read, pair[0], bytes, 64);
}

CHECK(inet_stream_linger, "setsockopt,close,read")
{
	struct linger linger = {1, 0};
	int pair[2];
	char bytes[64];

	inet_pair(AF_INET, pair);
	CALL(setsockopt, pair[1], SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	QUIET(close, pair[1]);
	inet_await(pair[0], POLLHUP);
	inet_poll_show("reset", pair[0]);
	CALL(read, pair[0], bytes, 64);
	inet_pair(AF_INET, pair);
	linger.l_linger = 1;
	QUIET(setsockopt, pair[1], SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	QUIET(write, pair[1], "bytes", 5);
	CALL(close, pair[1]);
	CALL(read, pair[0], bytes, 64);
	CALL(read, pair[0], bytes, 64);
}

static volatile int pipes;

static void pipe_count(int signal)
{
	(void)signal;
	pipes++;
}

CHECK(inet_stream_sigpipe, "write,sendto")
{
	struct sigaction action = {.sa_handler = pipe_count};
	int pair[2], none = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);

	pipes = 0;
	sigaction(SIGPIPE, &action, NULL);
	inet_pair(AF_INET, pair);
	QUIET(shutdown, pair[0], SHUT_WR);
	CALL(write, pair[0], "x", 1);
	SHOW(pipes);
	CALL(sendto, pair[0], "x", 1, MSG_NOSIGNAL, NULL, 0);
	SHOW(pipes);
	CALL(write, none, "x", 1);
	SHOW(pipes);
	CALL(read, none, big, 1);
	signal(SIGPIPE, SIG_IGN);
}

CHECK(inet_stream_full, "write,read,poll")
{
	int pair[2], small = 20000;
	long sent = 0, part, got = 0;

	inet_pair(AF_INET, pair);
	QUIET(setsockopt, pair[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
	QUIET(fcntl, pair[0], F_SETFL, O_NONBLOCK);
	while ((part = QUIET(write, pair[0], big, sizeof big)) > 0)
		sent += part;
	NOTE("full: %ld", part);
	inet_poll_show("full", pair[0]);
	QUIET(fcntl, pair[1], F_SETFL, O_NONBLOCK);
	while (got < sent) {
		inet_await(pair[1], POLLIN);
		part = QUIET(read, pair[1], big, sizeof big);
		if (part <= 0)
			break;
		got += part;
	}
	EXPECT(got == sent);
	inet_await(pair[0], POLLOUT);
	inet_poll_show("empty", pair[0]);
}

CHECK(inet_stream_many_bytes, "write,read,wait4")
{
	int pair[2], status;
	unsigned long sum = 0;
	long part, total = 0;

	inet_pair(AF_INET, pair);
	if (!QUIET(fork)) {
		for (int i = 0; i < 24; i++) {
			for (size_t at = 0; at < sizeof big; at++)
				big[at] = (char)(at * 7 + (size_t)i);
			if (QUIET(write, pair[0], big, sizeof big - (size_t)i) != (long)sizeof big - i)
				_exit(1);
		}
		_exit(0);
	}
	QUIET(close, pair[0]);
	while ((part = QUIET(read, pair[1], big, 30011)) > 0) {
		for (long at = 0; at < part; at++)
			sum = sum * 31 + (unsigned char)big[at];
		total += part;
	}
	QUIET(wait4, -1, &status, 0, NULL);
	SHOW(status);
	SHOW(total);
	SHOW_HEX(sum);
}

CHECK(inet_stream_timeout, "setsockopt,read,accept,getsockopt")
{
	struct timeval time = {0, 30000};
	union inet_address where;
	socklen_t bytes = sizeof time;
	long written;
	int pair[2], listener = inet_listener(AF_INET, &where);

	inet_pair(AF_INET, pair);
	CALL(setsockopt, pair[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
	CALL(read, pair[0], big, 1);
	CALL(setsockopt, listener, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
	CALL(accept, listener, NULL, NULL);
	CALL(getsockopt, pair[0], SOL_SOCKET, SO_RCVTIMEO, &time, &bytes);
	SHOW(time.tv_usec);
	QUIET(setsockopt, pair[0], SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
	/* Linux may find more room after it said that there is none: what counts is that it was said. */
	do
		written = QUIET(write, pair[0], big, sizeof big);
	while (written > 0);
	NOTE("no room: %s", result_name(written));
}

CHECK(inet_stream_blocked, "read,accept,connect,close")
{
	union inet_address where;
	int listener = inet_listener(AF_INET, &where), made, pair[2];
	char bytes[8];

	if (!QUIET(fork)) {
		int fd = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);

		usleep(20000);
		QUIET(connect, fd, &where, sizeof where.v4);
		usleep(20000);
		QUIET(write, fd, "late", 4);
		usleep(20000);
		_exit(0);
	}
	made = (int)CALL_OK(accept, listener, NULL, NULL);
	CALL(read, made, bytes, 8);
	CALL(read, made, bytes, 8);
	QUIET(wait4, -1, NULL, 0, NULL);
	inet_pair(AF_INET, pair);
	if (!QUIET(fork)) {
		usleep(20000);
		QUIET(shutdown, pair[0], SHUT_RD);
		_exit(0);
	}
	CALL(read, pair[0], bytes, 8);
	QUIET(wait4, -1, NULL, 0, NULL);
}

CHECK(inet_stream_sendfile, "sendfile,read")
{
	int pair[2], fd = (int)QUIET(openat, AT_FDCWD, "file", O_RDWR | O_CREAT, 0600);
	loff_t offset = 3;

	QUIET(write, fd, "0123456789", 10);
	inet_pair(AF_INET, pair);
	CALL(sendfile, pair[0], fd, &offset, 100);
	SHOW(offset);
	CALL(read, pair[1], big, 100);
	SHOW_TEXT(big, 7);
	CALL(sendfile, fd, pair[0], NULL, 1);
}

CHECK(inet_stream_cork, "setsockopt,write,recvfrom,sendto")
{
	int pair[2], one = 1, zero = 0;
	char bytes[64];

	inet_pair(AF_INET, pair);
	QUIET(setsockopt, pair[0], IPPROTO_TCP, TCP_CORK, &one, sizeof one);
	QUIET(write, pair[0], "head ", 5);
	QUIET(write, pair[0], "body", 4);
	CALL(recvfrom, pair[1], bytes, 64, MSG_DONTWAIT, NULL, NULL);
	QUIET(setsockopt, pair[0], IPPROTO_TCP, TCP_CORK, &zero, sizeof zero);
	inet_await(pair[1], POLLIN);
	CALL(recvfrom, pair[1], bytes, 64, 0, NULL, NULL);
	QUIET(sendto, pair[0], "more ", 5, MSG_MORE, NULL, 0);
	CALL(recvfrom, pair[1], bytes, 64, MSG_DONTWAIT, NULL, NULL);
	QUIET(sendto, pair[0], "done", 4, 0, NULL, 0);
	inet_await(pair[1], POLLIN);
	CALL(recvfrom, pair[1], bytes, 64, 0, NULL, NULL);
}

CHECK(inet_stream_messages, "sendmsg,recvmsg,sendmmsg,recvmmsg")
{
	char one[8] = "", two[8] = "", words[] = "firstsecond";
	struct iovec out[2] = {{words, 5}, {words + 5, 6}}, in[2] = {{one, 5}, {two, 6}};
	struct mmsghdr sent[2] = {{.msg_hdr = {.msg_iov = &out[0], .msg_iovlen = 1}},
				  {.msg_hdr = {.msg_iov = &out[1], .msg_iovlen = 1}}};
	struct mmsghdr got[2] = {{.msg_hdr = {.msg_iov = &in[0], .msg_iovlen = 1}},
				 {.msg_hdr = {.msg_iov = &in[1], .msg_iovlen = 1}}};
	int pair[2];

	inet_pair(AF_INET, pair);
	CALL(sendmmsg, pair[0], sent, 2, 0);
	SHOW(sent[0].msg_len);
	SHOW(sent[1].msg_len);
	inet_await(pair[1], POLLIN);
	CALL(recvmmsg, pair[1], got, 2, 0, NULL);
	SHOW(got[1].msg_len);
	SHOW_TEXT(two, 6);
	CALL(sendmsg, pair[0], &sent[0].msg_hdr, MSG_NOSIGNAL);
	inet_await(pair[1], POLLIN);
	got[0].msg_hdr.msg_controllen = 100;
	CALL(recvmsg, pair[1], &got[0].msg_hdr, 0);
	SHOW(got[0].msg_hdr.msg_flags);
	SHOW(got[0].msg_hdr.msg_controllen);
}

CHECK(inet_stream_edge, "epoll_ctl,epoll_wait,read,write")
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET}, out;
	int pair[2], epoll = (int)QUIET(epoll_create1, 0);

	inet_pair(AF_INET, pair);
	QUIET(epoll_ctl, epoll, EPOLL_CTL_ADD, pair[1], &event);
	CALL(epoll_wait, epoll, &out, 1, 1000);
	SHOW_HEX(out.events);
	CALL(epoll_wait, epoll, &out, 1, 0);
	QUIET(write, pair[0], "12", 2);
	CALL(epoll_wait, epoll, &out, 1, 1000);
	SHOW_HEX(out.events);
	CALL(read, pair[1], big, 1);
	CALL(epoll_wait, epoll, &out, 1, 0);
	QUIET(write, pair[0], "3", 1);
	CALL(epoll_wait, epoll, &out, 1, 1000);
	SHOW_HEX(out.events);
	QUIET(shutdown, pair[0], SHUT_WR);
	CALL(epoll_wait, epoll, &out, 1, 1000);
	SHOW_HEX(out.events);
	CALL(epoll_wait, epoll, &out, 1, 0);
}

CHECK(inet_accept_processes, "fork,accept,wait4")
{
	union inet_address where;
	int listener = inet_listener(AF_INET, &where), served = 0, status;

	for (int i = 0; i < 3; i++)
		if (!QUIET(fork)) {
			int made = (int)QUIET(accept, listener, NULL, NULL);

			QUIET(write, made, "hello", 5);
			_exit(0);
		}
	for (int i = 0; i < 3; i++) {
		int fd = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);

		QUIET(connect, fd, &where, sizeof where.v4);
		served += QUIET(read, fd, big, 10) == 5;
		QUIET(close, fd);
	}
	for (int i = 0; i < 3; i++)
		QUIET(wait4, -1, &status, 0, NULL);
	SHOW(served);
}

/* An end that goes with the last bytes: once all is acknowledged nothing is queued. */
CHECK(inet_stream_end_queued, "ioctl,shutdown,setsockopt")
{
	int pair[2], on = 1;
	char bytes[64];

	inet_pair(AF_INET, pair);
	QUIET(setsockopt, pair[0], IPPROTO_TCP, TCP_CORK, &on, sizeof on);
	CALL(write, pair[0], "last", 4);
	CALL(shutdown, pair[0], SHUT_WR);
	CALL(read, pair[1], bytes, sizeof bytes);
	CALL(read, pair[1], bytes, sizeof bytes);
	for (int i = 0; i < 1000 && queued(pair[0], TIOCOUTQ); i++)
		usleep(1000);
	SHOW(queued(pair[0], TIOCOUTQ));
}
