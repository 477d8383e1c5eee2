/* Limits that a TCP connection has of its own. */
#include "conform.h"

#include <netinet/tcp.h>
#include <poll.h>

#include "inet.h"

/* The other side is there, and does not take what is sent. */
CHECK(inet_limit_user_timeout, "setsockopt,getsockopt,poll,write")
{
	static const char block[65536];
	unsigned limit_ms = 500;
	struct pollfd polled = {.events = 0};
	socklen_t bytes = sizeof(int);
	int pair[2], error = -1;

	inet_pair(AF_INET, pair);
	polled.fd = pair[0];
	CALL(setsockopt, pair[0], IPPROTO_TCP, TCP_USER_TIMEOUT, &limit_ms, sizeof limit_ms);
	QUIET(fcntl, pair[0], F_SETFL, O_NONBLOCK);
	while (QUIET(write, pair[0], block, sizeof block) > 0)
		;
	CALL(poll, &polled, 1, 60000);
	SHOW_HEX(polled.revents);
	CALL(getsockopt, pair[0], SOL_SOCKET, SO_ERROR, &error, &bytes);
	SHOW(error);
	CALL(write, pair[0], block, 1);
}
