/* Sockets of the loopback interface: see inet.h. */
#include "conform.h"

#include <arpa/inet.h>
#include <poll.h>

#include "inet.h"

union inet_address inet_everywhere(int family, int port)
{
	union inet_address address = {0};

	address.any.sa_family = (sa_family_t)family;
	address.v4.sin_port = htons((uint16_t)port);
	return address;
}

union inet_address inet_loopback(int family, int port)
{
	union inet_address address = inet_everywhere(family, port);

	if (family == AF_INET)
		address.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		address.v6.sin6_addr = in6addr_loopback;
	return address;
}

socklen_t inet_bytes(int family)
{
	return family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

union inet_address inet_where(int fd)
{
	union inet_address address = {0};
	socklen_t bytes = sizeof address;

	QUIET(getsockname, fd, &address, &bytes);
	return address;
}

int inet_bound(int family, int type, union inet_address *where)
{
	union inet_address address = inet_loopback(family, 0);
	int fd = (int)QUIET(socket, family, type, 0);

	QUIET(bind, fd, &address, inet_bytes(family));
	*where = inet_where(fd);
	return fd;
}

int inet_listener(int family, union inet_address *where)
{
	int fd = inet_bound(family, SOCK_STREAM, where);

	QUIET(listen, fd, 8);
	return fd;
}

void inet_pair(int family, int pair[2])
{
	union inet_address where;
	int listener = inet_listener(family, &where);

	pair[0] = (int)QUIET(socket, family, SOCK_STREAM, 0);
	QUIET(connect, pair[0], &where, inet_bytes(family));
	pair[1] = (int)QUIET(accept, listener, NULL, NULL);
	QUIET(close, listener);
}

void inet_poll_show(const char *what, int fd)
{
	struct pollfd polled = {fd, POLLIN | POLLOUT | POLLRDHUP | POLLPRI | POLLRDNORM | POLLWRNORM | POLLWRBAND, 0};
	long count = QUIET(poll, &polled, 1, 0);

	NOTE("%s: %ld %#x", what, count, polled.revents);
}

void inet_await(int fd, short events)
{
	struct pollfd polled = {fd, events, 0};

	QUIET(poll, &polled, 1, 1000);
}

void inet_name_show(const char *what, const union inet_address *name, socklen_t bytes)
{
	char text[INET6_ADDRSTRLEN] = "";
	const void *at = name->any.sa_family == AF_INET ? (const void *)&name->v4.sin_addr : &name->v6.sin6_addr;

	if (name->any.sa_family == AF_INET || name->any.sa_family == AF_INET6)
		inet_ntop(name->any.sa_family, at, text, sizeof text);
	NOTE("%s: family %d, %u bytes, %s, port %s", what, name->any.sa_family, bytes, text,
	     name->v4.sin_port ? "given" : "0");
}
