/* Ports that several sockets share: SO_REUSEPORT, its balancing, and who may not. */
#include "conform.h"

#include <poll.h>
#include <sys/wait.h>

#include "inet.h"

enum { SHARERS = 4, TRIES = 96 };

static const int one = 1;
static const char *const kinds[] = {[SOCK_STREAM] = "stream", [SOCK_DGRAM] = "datagram"};

/* A socket at `where` with SO_REUSEPORT; what bind says. */
static long shared(int type, const union inet_address *where, int *fd)
{
	*fd = (int)QUIET(socket, AF_INET, type | SOCK_NONBLOCK, 0);
	QUIET(setsockopt, *fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
	return QUIET(bind, *fd, where, sizeof where->v4);
}

/* One end of each try comes from a port of its own. */
static void tries_make(int type, const union inet_address *where, int clients[TRIES])
{
	for (int i = 0; i < TRIES; i++) {
		clients[i] = (int)QUIET(socket, AF_INET, type, 0);
		QUIET(connect, clients[i], where, sizeof where->v4);
		if (type == SOCK_DGRAM)
			QUIET(write, clients[i], "x", 1);
	}
}

static int arrivals_take(int type, int fd)
{
	char byte;
	int count = 0;

	while ((type == SOCK_DGRAM ? QUIET(read, fd, &byte, 1) : QUIET(accept, fd, NULL, NULL)) >= 0)
		count++;
	return count;
}

static void balance(int type)
{
	union inet_address where = inet_loopback(AF_INET, 0);
	int fds[SHARERS], clients[TRIES], total = 0;

	for (int i = 0; i < SHARERS; i++) {
		NOTE("%s: bind %s", kinds[type], result_name(shared(type, &where, &fds[i])));
		where = inet_where(fds[i]);
		if (type == SOCK_STREAM)
			CALL(listen, fds[i], TRIES);
	}
	tries_make(type, &where, clients);
	for (int i = 0; i < SHARERS; i++) {
		int count = arrivals_take(type, fds[i]);

		EXPECT(count > 0);
		total += count;
	}
	SHOW(total);
	/* One less: the others have all. */
	CALL(close, fds[0]);
	total = 0;
	for (int i = 0; i < TRIES; i++)
		QUIET(close, clients[i]);
	tries_make(type, &where, clients);
	for (int i = 1; i < SHARERS; i++)
		total += arrivals_take(type, fds[i]);
	SHOW(total);
}

CHECK(inet_share_streams, "setsockopt,bind,listen,accept,close")
{
	balance(SOCK_STREAM);
}

CHECK(inet_share_datagrams, "setsockopt,bind,read,close")
{
	balance(SOCK_DGRAM);
}

/* The same source reaches the same socket. */
CHECK(inet_share_same, "bind,sendto,read")
{
	union inet_address where = inet_loopback(AF_INET, 0), from;
	int fds[SHARERS], source = inet_bound(AF_INET, SOCK_DGRAM, &from), holders = 0;

	for (int i = 0; i < SHARERS; i++) {
		shared(SOCK_DGRAM, &where, &fds[i]);
		where = inet_where(fds[i]);
	}
	for (int i = 0; i < 10; i++)
		CALL(sendto, source, "x", 1, 0, &where, sizeof where.v4);
	for (int i = 0; i < SHARERS; i++) {
		int count = arrivals_take(SOCK_DGRAM, fds[i]);

		EXPECT(count == 0 || count == 10);
		holders += count != 0;
	}
	SHOW(holders);
}

/* Listeners of several processes, as nginx has them. */
CHECK(inet_share_processes, "fork,accept,wait4")
{
	union inet_address where = inet_loopback(AF_INET, 0);
	int place, clients[TRIES], ready[2], total = 0, status;

	shared(SOCK_STREAM, &where, &place);
	where = inet_where(place);
	QUIET(pipe2, ready, 0);
	for (int i = 0; i < SHARERS; i++) {
		int fd;
		char byte = 0;

		if (QUIET(fork))
			continue;
		shared(SOCK_STREAM, &where, &fd);
		QUIET(listen, fd, TRIES);
		QUIET(write, ready[1], "r", 1);
		while (byte != 'q') {
			struct pollfd wait = {.fd = fd, .events = POLLIN};
			int made;

			QUIET(poll, &wait, 1, -1);
			made = (int)QUIET(accept, fd, NULL, NULL);
			if (made < 0)
				continue;
			QUIET(read, made, &byte, 1);
			QUIET(write, made, &(char){(char)('a' + i)}, 1);
			QUIET(close, made);
		}
		_exit(0);
	}
	for (int i = 0; i < SHARERS; i++)
		QUIET(read, ready[0], &status, 1);
	int seen[SHARERS] = {0}, left = SHARERS;

	for (int i = 0; i < TRIES; i++) {
		char name = 0;

		clients[i] = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);
		QUIET(connect, clients[i], &where, sizeof where.v4);
		QUIET(write, clients[i], "x", 1);
		total += QUIET(read, clients[i], &name, 1) == 1;
		if (name >= 'a' && name < 'a' + SHARERS)
			seen[name - 'a']++;
	}
	SHOW(total);
	for (int i = 0; i < SHARERS; i++)
		EXPECT(seen[i] > 0);
	/* Whoever reads it ends, and no longer listens. */
	while (left > 0) {
		int fd = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);
		char byte;

		if (QUIET(connect, fd, &where, sizeof where.v4) == 0) {
			QUIET(write, fd, "q", 1);
			if (QUIET(read, fd, &byte, 1) == 1) {
				QUIET(wait4, -1, &status, 0, NULL);
				left--;
			}
		}
		QUIET(close, fd);
	}
	CALL(wait4, -1, NULL, 0, NULL);
}

/* Nobody joins whose user is another, or who did not ask. */
CHECK(inet_share_users, "bind,listen,setresuid,close")
{
	for (int type = SOCK_STREAM; type <= SOCK_DGRAM; type++) {
		union inet_address where = inet_loopback(AF_INET, 0);
		int first, plain = (int)QUIET(socket, AF_INET, type, 0), status;

		shared(type, &where, &first);
		where = inet_where(first);
		CALL(bind, plain, &where, sizeof where.v4);
		QUIET(setsockopt, plain, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
		CALL(bind, plain, &where, sizeof where.v4);
		if (!QUIET(fork)) {
			int other;

			QUIET(setresuid, 1000, 1000, 1000);
			NOTE("%s of another user: %s", kinds[type], result_name(shared(type, &where, &other)));
			_exit(0);
		}
		QUIET(wait4, -1, &status, 0, NULL);
		if (!QUIET(fork)) {
			int other, again;

			QUIET(setresuid, -1, 1000, -1);
			NOTE("%s, effectively: %s", kinds[type], result_name(shared(type, &where, &other)));
			QUIET(setresuid, -1, 0, -1);
			NOTE("%s, later root: %s", kinds[type],
			     result_name(QUIET(bind, other, &where, sizeof where.v4)));
			NOTE("%s, root again: %s", kinds[type], result_name(shared(type, &where, &again)));
			_exit(0);
		}
		QUIET(wait4, -1, &status, 0, NULL);
		CALL(close, first);
		if (type == SOCK_STREAM)
			CALL(listen, plain, 1);
	}
	/* By name, as all calls of a check are to be made by itself. */
	CALL(setresuid, -1, -1, -1);
}
