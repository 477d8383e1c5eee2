/* Sockets of the loopback interface, for checks of AF_INET and AF_INET6. */
#ifndef TESTS_LINUX_INET_H
#define TESTS_LINUX_INET_H

#include <netinet/in.h>
#include <sys/socket.h>

union inet_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* 127.0.0.1 or ::1 with a port; 0.0.0.0 or ::; the size of such an address. */
union inet_address inet_loopback(int family, int port);
union inet_address inet_everywhere(int family, int port);
socklen_t inet_bytes(int family);
/* Where a socket is bound. */
union inet_address inet_where(int fd);
/* A socket bound to a free port of the loopback address. */
int inet_bound(int family, int type, union inet_address *where);
/* One that listens, too. */
int inet_listener(int family, union inet_address *where);
/* Two ends of a connection; the first one connected, the second was accepted. */
void inet_pair(int family, int pair[2]);
/* Writes down what poll says of all events. */
void inet_poll_show(const char *what, int fd);
/* Waits, a second at most, until poll says so. */
void inet_await(int fd, short events);
/* Writes down an address without its port, unless that is 0. */
void inet_name_show(const char *what, const union inet_address *name, socklen_t bytes);

#endif
