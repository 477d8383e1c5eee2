/* UDP-Lite over the loopback interface: a protocol of its own beside UDP, and the coverage of checksums. */
#include "conform.h"

#include <arpa/inet.h>
#include <poll.h>

#include "inet.h"

#define SOL_UDPLITE_ 136
#define SOL_UDP_ 17
enum { SEND_COVERAGE = 10, RECEIVE_COVERAGE = 11 };

static const int families[] = {AF_INET, AF_INET6};

/* Bound to a port of the loopback address: 0 is a free one. */
static int lite_bound(int family, int protocol, int port, union inet_address *where)
{
	int fd = (int)QUIET(socket, family, SOCK_DGRAM, protocol);

	*where = inet_loopback(family, port);
	NOTE("bind: %s", result_name(QUIET(bind, fd, where, inet_bytes(family))));
	*where = inet_where(fd);
	return fd;
}

static void receive_show(int fd)
{
	char bytes[16] = "";
	long count;

	inet_await(fd, POLLIN);
	count = QUIET(recvfrom, fd, bytes, sizeof bytes, MSG_DONTWAIT, NULL, NULL);
	NOTE("received: %s", result_name(count));
	if (count > 0)
		SHOW_TEXT(bytes, count);
}

static void coverage_set(int fd, int level, int name, int value)
{
	socklen_t bytes = sizeof value;
	long result = QUIET(setsockopt, fd, level, name, &value, bytes);

	value = -1;
	QUIET(getsockopt, fd, level, name, &value, &bytes);
	NOTE("level %d, option %d: %s, then %d", level, name, result_name(result), value);
}

CHECK(inet_lite_beside_udp, "socket,bind,sendto,recvfrom,connect")
{
	union inet_address where, other;

	for (int i = 0; i < 2; i++) {
		int lite = lite_bound(families[i], IPPROTO_UDPLITE, 0, &where);
		int udp = lite_bound(families[i], IPPROTO_UDP, ntohs(where.v4.sin_port), &other);
		int sender = lite_bound(families[i], IPPROTO_UDPLITE, 0, &other);

		CALL(sendto, sender, "lite", 4, 0, &where, inet_bytes(families[i]));
		receive_show(lite);
		CALL(recvfrom, udp, &other, sizeof other, MSG_DONTWAIT, NULL, NULL);
		CALL(connect, sender, &where, inet_bytes(families[i]));
		CALL(write, sender, "", 0);
		receive_show(lite);
		QUIET(close, lite);
		/* A port of UDP's is none of UDP-Lite's. */
		CALL(write, sender, "x", 1);
		inet_await(sender, POLLERR);
		CALL(write, sender, "x", 1);
		CALL(close, udp);
	}
	CALL(socket, AF_INET, SOCK_STREAM, IPPROTO_UDPLITE);
	CALL(bind, lite_bound(AF_INET, IPPROTO_UDPLITE, 0, &where), &where, sizeof where.v4);
}

CHECK(inet_lite_coverage, "setsockopt,getsockopt,sendto,recvfrom")
{
	static const int values[] = {1, 8, 20, 65535, 70000, -1, 0};
	union inet_address where;

	for (int i = 0; i < 2; i++) {
		int lite = lite_bound(families[i], IPPROTO_UDPLITE, 0, &where);
		int sender = (int)QUIET(socket, families[i], SOCK_DGRAM, IPPROTO_UDPLITE);

		for (size_t v = 0; v < sizeof values / sizeof values[0]; v++) {
			coverage_set(sender, SOL_UDPLITE_, SEND_COVERAGE, values[v]);
			QUIET(sendto, sender, "covered", 7, 0, &where, inet_bytes(families[i]));
			receive_show(lite);
		}
		coverage_set(sender, SOL_UDPLITE_, SEND_COVERAGE, 10);
		coverage_set(lite, SOL_UDPLITE_, RECEIVE_COVERAGE, 10);
		QUIET(sendto, sender, "enough", 6, 0, &where, inet_bytes(families[i]));
		receive_show(lite);
		/* What is covered less than that is dropped; what comes behind it is not. */
		coverage_set(lite, SOL_UDPLITE_, RECEIVE_COVERAGE, 11);
		QUIET(sendto, sender, "less", 4, 0, &where, inet_bytes(families[i]));
		coverage_set(sender, SOL_UDPLITE_, SEND_COVERAGE, 0);
		QUIET(sendto, sender, "all", 3, 0, &where, inet_bytes(families[i]));
		receive_show(lite);
		coverage_set(lite, SOL_UDPLITE_, RECEIVE_COVERAGE, 0);
		coverage_set(sender, SOL_UDPLITE_, SEND_COVERAGE, 8);
		QUIET(sendto, sender, "part", 4, 0, &where, inet_bytes(families[i]));
		coverage_set(sender, SOL_UDPLITE_, SEND_COVERAGE, 0);
		QUIET(sendto, sender, "all", 3, 0, &where, inet_bytes(families[i]));
		receive_show(lite);
		coverage_set(sender, SOL_UDP_, SEND_COVERAGE, 9);
		coverage_set((int)QUIET(socket, families[i], SOCK_DGRAM, 0), SOL_UDPLITE_, SEND_COVERAGE, 9);
		CALL(setsockopt, sender, SOL_UDPLITE_, SEND_COVERAGE, values, 2);
		CALL(setsockopt, sender, SOL_UDPLITE_, 77, values, 4);
	}
}
