/* Sockets that only messages in their own queues refer to: when they go. */
#include "../conform.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

static void descriptor_send(int through, int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {.header = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	char byte = 'x';
	struct iovec part = {&byte, 1};
	struct msghdr message = {NULL, 0, &part, 1, &control, sizeof control, 0};
	memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
	CALL(sendmsg, through, &message, 0);
}

/* Whether its other side is gone: soon, as Linux looks for such in the background. */
static bool is_alone(int fd)
{
	struct pollfd polled = {fd, POLLRDHUP, 0};
	return QUIET(poll, &polled, 1, 10000) == 1;
}

CHECK(rights_circle, "socketpair,sendmsg,poll,close")
{
	int ends[2], other[2];
	CALL(socketpair, AF_UNIX, SOCK_STREAM, 0, ends);
	CALL(socketpair, AF_UNIX, SOCK_STREAM, 0, other);
	descriptor_send(ends[0], ends[1]); /* in its own queue */
	QUIET(close, ends[1]);
	/* The end of any socket is reason to look. */
	QUIET(close, other[0]);
	SHOW(is_alone(ends[0]));
	SHOW(is_alone(other[1]));
}

CHECK(rights_circle_of_two, "socketpair,sendmsg,poll,close,read")
{
	int ends[2], other[2], pipes[2];
	char byte;
	CALL(socketpair, AF_UNIX, SOCK_STREAM, 0, ends);
	CALL(socketpair, AF_UNIX, SOCK_STREAM, 0, other);
	CALL(pipe2, pipes, 0);
	descriptor_send(ends[0], other[1]);
	descriptor_send(other[0], ends[1]);
	descriptor_send(other[0], pipes[1]);
	QUIET(close, ends[1]);
	QUIET(close, pipes[1]);
	QUIET(close, other[1]);
	QUIET(close, ends[0]);
	/* All of them, and what they held. */
	SHOW(is_alone(other[0]));
	CALL(read, pipes[0], &byte, 1);
}
