/* A connection whose other end is closed: what comes of bytes that are sent all the same. */
#include "../conform.h"
#include "../inet.h"

#include <poll.h>
#include <signal.h>

/* One end of a connection whose other one was closed, and which was told so. */
static int left_alone(int family)
{
	int pair[2];
	inet_pair(family, pair);
	QUIET(close, pair[1]);
	inet_await(pair[0], POLLRDHUP);
	return pair[0];
}

/* The reset says EPIPE, to who writes; who reads is at the end of the stream. */
static void read_behind_reset(int family)
{
	char byte;
	int fd = left_alone(family);
	CALL(write, fd, "1", 1);
	inet_await(fd, POLLERR);
	inet_poll_show("reset", fd);
	CALL(read, fd, &byte, 1);
	CALL(recvfrom, fd, &byte, 1, MSG_PEEK, NULL, NULL);
	CALL(read, fd, &byte, 1);
	CALL(write, fd, "2", 1);
	CALL(write, fd, "3", 1);
	CALL(read, fd, &byte, 1);
	inet_poll_show("afterwards", fd);
}

CHECK(inet_read_behind_reset, "write,read,recvfrom")
{
	read_behind_reset(AF_INET);
	read_behind_reset(AF_INET6);
}

CHECK(inet_error_behind_reset, "write,read,getsockopt")
{
	char byte;
	int error = 0;
	socklen_t bytes = sizeof error;
	int fd = left_alone(AF_INET);
	QUIET(write, fd, "1", 1);
	inet_await(fd, POLLERR);
	CALL(read, fd, &byte, 1);
	CALL(getsockopt, fd, SOL_SOCKET, SO_ERROR, &error, &bytes);
	SHOW(error);
	CALL(read, fd, &byte, 1);
	CALL(write, fd, "2", 1);
}
