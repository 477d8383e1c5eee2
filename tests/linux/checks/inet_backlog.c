/* Listeners whose queue is full: who comes waits, and is not refused. */
#include "conform.h"

#include <poll.h>

#include "inet.h"

static int connect_begin(const union inet_address *where)
{
	int fd = (int)QUIET(socket, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	EXPECT(QUIET(connect, fd, where, sizeof where->v4) == -EINPROGRESS);
	return fd;
}

/* Whether the attempt is decided within so many milliseconds, and how. */
static void outcome_show(const char *what, int fd, int timeout_ms)
{
	struct pollfd wait = {.fd = fd, .events = POLLOUT};
	long ready = QUIET(poll, &wait, 1, timeout_ms);
	int error = -1;
	socklen_t bytes = sizeof error;

	QUIET(getsockopt, fd, SOL_SOCKET, SO_ERROR, &error, &bytes);
	NOTE("%s: %s, events %#x, SO_ERROR %d", what, result_name(ready), (unsigned)wait.revents, error);
}

static void fill(int backlog)
{
	union inet_address where;
	int listener = inet_bound(AF_INET, SOCK_STREAM, &where), waiter;

	CALL(listen, listener, backlog);
	/* One more than was said, and then no more. */
	for (int i = 0; i <= backlog; i++)
		outcome_show("has room", connect_begin(&where), 1000);
	waiter = connect_begin(&where);
	outcome_show("is full", waiter, 100);
	/* The segment is sent again after a second. */
	for (int i = 0; i <= backlog; i++)
		CALL_OK(accept, listener, NULL, NULL);
	outcome_show("later", waiter, 5000);
	CALL_OK(accept, listener, NULL, NULL);
	QUIET(close, listener);
}

CHECK(inet_backlog, "listen,connect,accept,poll")
{
	fill(0);
	fill(1);
}
