/* Connections over the loopback interface: making them, names, and how attempts fail. */
#include "conform.h"
#include "inet.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/wait.h>

static const int families[] = {AF_INET, AF_INET6};
#define EACH_FAMILY(family)                                                                                            \
	for (int i_##family = 0, family = AF_INET; i_##family < 2; i_##family++, family = families[i_##family & 1])

static int error_of(int fd)
{
	int error = -1;
	socklen_t bytes = sizeof error;

	QUIET(getsockopt, fd, SOL_SOCKET, SO_ERROR, &error, &bytes);
	return error;
}

CHECK(inet_socket, "socket")
{
	static const int types[] = {0, SOCK_STREAM, SOCK_DGRAM, SOCK_RDM, SOCK_SEQPACKET, 7, 11, -1};
	static const int protocols[] = {0, IPPROTO_TCP, IPPROTO_UDP, 200, -1, 1000};

	EACH_FAMILY(family)
	for (unsigned type = 0; type < sizeof types / sizeof types[0]; type++)
		for (unsigned protocol = 0; protocol < sizeof protocols / sizeof protocols[0]; protocol++) {
			long fd = QUIET(socket, family, types[type], protocols[protocol]);

			NOTE("%d %d %d: %ld", family, types[type], protocols[protocol], fd < 0 ? fd : 0);
			if (fd >= 0)
				QUIET(close, fd);
		}
	CALL(socket, AF_INET, SOCK_RAW, 0);
	CALL_OK(socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	CALL(socketpair, AF_INET, SOCK_STREAM, 0, (int[2]){0});
}

CHECK(inet_connect, "connect,accept,getsockname,getpeername")
{
	EACH_FAMILY(family)
	{
		union inet_address where, name;
		socklen_t bytes = sizeof name;
		int listener = inet_listener(family, &where), client, made;

		client = (int)QUIET(socket, family, SOCK_STREAM, 0);
		name = inet_where(client);
		inet_name_show("before", &name, inet_bytes(family));
		CALL(getpeername, client, &name, &bytes);
		CALL(connect, client, &where, inet_bytes(family));
		CALL(connect, client, &where, inet_bytes(family));
		name = inet_where(client);
		inet_name_show("client", &name, bytes);
		bytes = sizeof name;
		made = (int)CALL_OK(accept, listener, &name, &bytes);
		inet_name_show("from", &name, bytes);
		EXPECT(name.v4.sin_port == inet_where(client).v4.sin_port);
		name = inet_where(made);
		EXPECT(name.v4.sin_port == where.v4.sin_port);
		bytes = 4;
		CALL(getpeername, made, &name, &bytes);
		SHOW(bytes);
		bytes = sizeof name;
		CALL(getpeername, listener, &name, &bytes);
		CALL(listen, made, 5);
		CALL(accept, made, NULL, NULL);
		CALL(bind, made, &where, inet_bytes(family));
		CALL(connect, listener, &where, inet_bytes(family));
	}
}

CHECK(inet_connect_errors, "connect,bind")
{
	EACH_FAMILY(family)
	{
		union inet_address where, other = inet_loopback(family == AF_INET ? AF_INET6 : AF_INET, 9);
		int bound = inet_bound(family, SOCK_STREAM, &where), fd = (int)QUIET(socket, family, SOCK_STREAM, 0);

		CALL(connect, fd, &where, inet_bytes(family));
		CALL(connect, fd, &where, inet_bytes(family));
		SHOW(error_of(fd));
		CALL(connect, fd, &where, 1);
		CALL(connect, fd, &where, 8);
		CALL(connect, fd, &where, 200);
		CALL(connect, fd, NULL, inet_bytes(family));
		CALL(connect, fd, &other, sizeof other);
		other.any.sa_family = 99;
		CALL(connect, fd, &other, sizeof other);
		CALL(bind, bound, &where, inet_bytes(family));
		CALL(bind, fd, &where, 1);
		CALL(bind, fd, &other, sizeof other);
		CALL(bind, fd, &where, inet_bytes(family));
		QUIET(close, bound);
		CALL(bind, fd, &where, inet_bytes(family));
	}
}

CHECK(inet_connect_nowhere, "connect,bind")
{
	union inet_address where = inet_loopback(AF_INET, 80);
	int fd = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);
	union inet_address six = inet_loopback(AF_INET6, 80);

	where.v4.sin_addr.s_addr = inet_addr("192.0.2.1");
	CALL(connect, fd, &where, sizeof where.v4);
	CALL(bind, fd, &where, sizeof where.v4);
	where.v4.sin_addr.s_addr = inet_addr("224.0.0.1");
	CALL(connect, fd, &where, sizeof where.v4);
	CALL(bind, fd, &where, sizeof where.v4);
	where.v4.sin_addr.s_addr = INADDR_BROADCAST;
	CALL(connect, fd, &where, sizeof where.v4);
	fd = (int)QUIET(socket, AF_INET6, SOCK_STREAM, 0);
	inet_pton(AF_INET6, "2001:db8::1", &six.v6.sin6_addr);
	CALL(connect, fd, &six, sizeof six.v6);
	CALL(bind, fd, &six, sizeof six.v6);
}

CHECK(inet_connect_nonblocking, "connect,poll")
{
	EACH_FAMILY(family)
	{
		union inet_address where;
		int listener = inet_listener(family, &where);
		int fd = (int)QUIET(socket, family, SOCK_STREAM | SOCK_NONBLOCK, 0);

		inet_poll_show("new", fd);
		CALL(connect, fd, &where, inet_bytes(family));
		inet_await(fd, POLLOUT);
		inet_poll_show("connected", fd);
		SHOW(error_of(fd));
		CALL(connect, fd, &where, inet_bytes(family));
		CALL(connect, fd, &where, inet_bytes(family));
		QUIET(close, listener);
		fd = (int)QUIET(socket, family, SOCK_STREAM | SOCK_NONBLOCK, 0);
		CALL(connect, fd, &where, inet_bytes(family));
		inet_await(fd, POLLOUT);
		inet_poll_show("refused", fd);
		CALL(connect, fd, &where, inet_bytes(family));
		inet_poll_show("told", fd);
		CALL(connect, fd, &where, inet_bytes(family));
		inet_await(fd, POLLOUT);
		SHOW(error_of(fd));
		inet_poll_show("asked", fd);
		CALL(write, fd, "x", 1);
		CALL(read, fd, (char[1]){0}, 1);
	}
}

CHECK(inet_disconnect, "connect,getpeername")
{
	union inet_address where, none = {.any.sa_family = AF_UNSPEC}, name;
	int listener = inet_listener(AF_INET, &where), fd = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0), made;
	socklen_t bytes = sizeof name;
	char byte;

	CALL(connect, fd, &none, sizeof none.v4);
	QUIET(connect, fd, &where, sizeof where.v4);
	made = (int)QUIET(accept, listener, NULL, NULL);
	CALL(connect, fd, &none, sizeof none.v4);
	CALL(getpeername, fd, &name, &bytes);
	CALL(read, made, &byte, 1);
	CALL(read, made, &byte, 1);
	CALL(write, made, "x", 1);
	CALL(connect, fd, &where, sizeof where.v4);
	CALL(connect, listener, &none, sizeof none.v4);
}

CHECK(inet_listen, "listen,accept,accept4")
{
	union inet_address where, name;
	int fd = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0), other, accepting = -1;
	socklen_t bytes = sizeof accepting;

	CALL(accept, fd, NULL, NULL);
	CALL(listen, fd, 0);
	name = inet_where(fd);
	inet_name_show("chosen", &name, sizeof name.v4);
	CALL(listen, fd, 10);
	QUIET(getsockopt, fd, SOL_SOCKET, SO_ACCEPTCONN, &accepting, &bytes);
	SHOW(accepting);
	QUIET(fcntl, fd, F_SETFL, O_NONBLOCK);
	CALL(accept, fd, NULL, NULL);
	CALL(accept4, fd, NULL, NULL, 0x1000000);
	CALL(read, fd, (char[1]){0}, 1);
	CALL(write, fd, "x", 1);
	other = inet_bound(AF_INET, SOCK_STREAM, &where);
	CALL(listen, other, -1);
	fd = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);
	CALL(bind, fd, &where, sizeof where.v4);
	fd = (int)QUIET(socket, AF_INET, SOCK_DGRAM, 0);
	CALL(listen, fd, 1);
	CALL(accept, fd, NULL, NULL);
}

CHECK(inet_accept_flags, "accept4,fcntl")
{
	union inet_address where;
	int listener = inet_listener(AF_INET, &where), client = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0), made;

	QUIET(connect, client, &where, sizeof where.v4);
	made = (int)QUIET(accept4, listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	CALL(fcntl, made, F_GETFD);
	CALL(fcntl, made, F_GETFL);
	CALL(read, made, (char[1]){0}, 1);
}

CHECK(inet_shutdown_listener, "shutdown,accept")
{
	union inet_address where;
	int listener = inet_listener(AF_INET, &where), client = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);

	CALL(shutdown, listener, SHUT_WR);
	CALL(shutdown, listener, SHUT_RD);
	inet_poll_show("shut down", listener);
	CALL(accept, listener, NULL, NULL);
	CALL(connect, client, &where, sizeof where.v4);
	CALL(listen, listener, 1);
	CALL(connect, client, &where, sizeof where.v4);
}

CHECK(inet_close_listener, "close,read")
{
	union inet_address where;
	int listener = inet_listener(AF_INET, &where), client = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);
	char byte;

	QUIET(connect, client, &where, sizeof where.v4);
	QUIET(close, listener);
	inet_await(client, POLLIN);
	inet_poll_show("nobody accepted", client);
	CALL(read, client, &byte, 1);
	CALL(read, client, &byte, 1);
	CALL(write, client, "x", 1);
}

CHECK(inet_reuse_address, "bind,listen,setsockopt")
{
	union inet_address where;
	int one = 1, first = inet_bound(AF_INET, SOCK_STREAM, &where), second;

	second = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);
	QUIET(setsockopt, second, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	CALL(bind, second, &where, sizeof where.v4);
	QUIET(setsockopt, first, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	CALL(bind, second, &where, sizeof where.v4);
	CALL(listen, first, 1);
	CALL(listen, second, 1);
	second = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);
	QUIET(setsockopt, second, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	CALL(bind, second, &where, sizeof where.v4);
	where.v4.sin_addr.s_addr = inet_addr("127.0.0.2");
	CALL(bind, second, &where, sizeof where.v4);
	where.v4.sin_addr.s_addr = INADDR_ANY;
	second = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);
	CALL(bind, second, &where, sizeof where.v4);
}

CHECK(inet_reuse_port, "bind,listen,setsockopt")
{
	union inet_address where = inet_loopback(AF_INET, 0);
	int one = 1, first = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0), second;

	QUIET(setsockopt, first, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
	QUIET(bind, first, &where, sizeof where.v4);
	where = inet_where(first);
	second = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);
	CALL(bind, second, &where, sizeof where.v4);
	QUIET(setsockopt, second, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
	CALL(bind, second, &where, sizeof where.v4);
	CALL(listen, first, 1);
	CALL(listen, second, 1);
}

CHECK(inet_restart_server, "bind,listen,close")
{
	union inet_address where;
	int one = 1, listener = inet_listener(AF_INET, &where), client = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);
	int made, again;

	QUIET(connect, client, &where, sizeof where.v4);
	made = (int)QUIET(accept, listener, NULL, NULL);
	QUIET(close, listener);
	/* With a connection that stands, then with one that the server closed first. */
	for (int closed = 0; closed < 2; closed++) {
		again = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);
		CALL(bind, again, &where, sizeof where.v4);
		QUIET(setsockopt, made, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
		QUIET(setsockopt, again, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
		CALL(bind, again, &where, sizeof where.v4);
		CALL(listen, again, 1);
		QUIET(close, again);
		QUIET(close, made);
		inet_await(client, POLLIN);
		QUIET(close, client);
	}
}

CHECK(inet_privileged_port, "bind,setresuid")
{
	union inet_address where = inet_loopback(AF_INET, 81);
	int status, fd = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);

	CALL(bind, fd, &where, sizeof where.v4);
	if (!QUIET(fork)) {
		fd = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);
		QUIET(setresuid, 1000, 1000, 1000);
		where.v4.sin_port = htons(82);
		_exit(QUIET(bind, fd, &where, sizeof where.v4) == -EACCES ? 7 : 1);
	}
	QUIET(wait4, -1, &status, 0, NULL);
	SHOW(WEXITSTATUS(status));
}

/* Bound to the port and connected, once both are free again; -1: not within ten seconds. */
static int connected_from(const union inet_address *from, const union inet_address *to)
{
	for (int i = 0; i < 1000; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
		if (bind(fd, &from->any, sizeof from->v4) == 0 && connect(fd, &to->any, sizeof to->v4) == 0)
			return fd;
		bool not_yet = errno == EADDRINUSE || errno == EADDRNOTAVAIL;
		close(fd);
		if (!not_yet)
			return -1;
		usleep(10000);
	}
	return -1;
}

/* Who closed first remembers a connection that the other end begins anew. */
CHECK(inet_connection_anew, "accept")
{
	union inet_address server, client;
	int listener = inet_listener(AF_INET, &server);
	close(inet_bound(AF_INET, SOCK_STREAM, &client));
	for (int i = 0; i < 3; i++) {
		char byte = 0;
		int fd = connected_from(&client, &server);
		int accepted = CALL_OK(accept, listener, NULL, NULL);
		EXPECT(write(accepted, "x", 1) == 1);
		CALL(close, accepted);
		SHOW(read(fd, &byte, 1));
		SHOW(read(fd, &byte, 1)); /* its end */
		SHOW(fd >= 0 && close(fd) == 0);
	}
	close(listener);
}
