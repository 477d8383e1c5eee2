/* Options of internet sockets: defaults, bounds, levels; ping sockets. */
#include "conform.h"

#include <linux/tcp.h>
#include <netinet/ip_icmp.h>

#include "inet.h"

struct option {
	int level;
	int name;
	const char *text;
};

/* What it is now, after each value, and with odd sizes. */
static void option_show(int fd, const struct option *option)
{
	static const int values[] = {-2, -1, 0, 1, 5, 64, 255, 256, 40000};
	int now = -9;
	socklen_t bytes = sizeof now;
	long result = QUIET(getsockopt, fd, option->level, option->name, &now, &bytes);

	NOTE("%s: %ld, %d, %u bytes", option->text, result, now, bytes);
	for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++) {
		now = -9;
		bytes = sizeof now;
		result = QUIET(setsockopt, fd, option->level, option->name, &values[i], sizeof values[i]);
		QUIET(getsockopt, fd, option->level, option->name, &now, &bytes);
		NOTE("to %d: %ld, now %d", values[i], result, now);
	}
	NOTE("two bytes: %ld", QUIET(setsockopt, fd, option->level, option->name, &values[3], 2));
}

#define OPTION(level, name)                                                                                            \
	{                                                                                                              \
		level, name, #name                                                                                     \
	}

CHECK(inet_options_tcp, "setsockopt,getsockopt")
{
	static const struct option options[] = {
		OPTION(IPPROTO_TCP, TCP_NODELAY),      OPTION(IPPROTO_TCP, TCP_CORK),
		OPTION(IPPROTO_TCP, TCP_KEEPIDLE),     OPTION(IPPROTO_TCP, TCP_KEEPINTVL),
		OPTION(IPPROTO_TCP, TCP_KEEPCNT),      OPTION(IPPROTO_TCP, TCP_SYNCNT),
		OPTION(IPPROTO_TCP, TCP_USER_TIMEOUT),
	};
	int fd = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);

	for (unsigned i = 0; i < sizeof options / sizeof options[0]; i++)
		option_show(fd, &options[i]);
}

CHECK(inet_options_ip, "setsockopt,getsockopt")
{
	static const struct option options[] = {
		OPTION(IPPROTO_IP, IP_TTL),     OPTION(IPPROTO_IP, IP_PKTINFO),  OPTION(IPPROTO_IP, IP_RECVTTL),
		OPTION(IPPROTO_IP, IP_RECVTOS), OPTION(IPPROTO_IP, IP_FREEBIND), OPTION(IPPROTO_IP, IP_RECVERR),
	};
	int fd = (int)QUIET(socket, AF_INET, SOCK_DGRAM, 0);

	for (unsigned i = 0; i < sizeof options / sizeof options[0]; i++)
		option_show(fd, &options[i]);
}

CHECK(inet_options_ip6, "setsockopt,getsockopt")
{
	static const struct option options[] = {
		OPTION(IPPROTO_IPV6, IPV6_V6ONLY),         OPTION(IPPROTO_IPV6, IPV6_UNICAST_HOPS),
		OPTION(IPPROTO_IPV6, IPV6_MULTICAST_HOPS), OPTION(IPPROTO_IPV6, IPV6_RECVPKTINFO),
		OPTION(IPPROTO_IPV6, IPV6_RECVHOPLIMIT),   OPTION(IPPROTO_IPV6, IPV6_RECVTCLASS),
	};
	int fd = (int)QUIET(socket, AF_INET6, SOCK_DGRAM, 0);

	for (unsigned i = 0; i < sizeof options / sizeof options[0]; i++)
		option_show(fd, &options[i]);
}

CHECK(inet_options_socket, "getsockopt,setsockopt")
{
	static const struct option options[] = {
		OPTION(SOL_SOCKET, SO_REUSEADDR), OPTION(SOL_SOCKET, SO_REUSEPORT), OPTION(SOL_SOCKET, SO_KEEPALIVE),
		OPTION(SOL_SOCKET, SO_BROADCAST), OPTION(SOL_SOCKET, SO_OOBINLINE),
	};
	static const int names[] = {SO_TYPE, SO_DOMAIN, SO_PROTOCOL, SO_ACCEPTCONN, SO_ERROR};
	int fd = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0), value;

	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		socklen_t bytes = sizeof value;

		QUIET(getsockopt, fd, SOL_SOCKET, names[i], &value, &bytes);
		NOTE("%d: %d", names[i], value);
	}
	for (unsigned i = 0; i < sizeof options / sizeof options[0]; i++)
		option_show(fd, &options[i]);
}

CHECK(inet_options_unknown, "setsockopt,getsockopt")
{
	static const int levels[] = {IPPROTO_IP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_IPV6, IPPROTO_RAW, 77};
	int tcp = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0), udp = (int)QUIET(socket, AF_INET, SOCK_DGRAM, 0);

	for (unsigned i = 0; i < sizeof levels / sizeof levels[0]; i++) {
		int value = 1;
		socklen_t bytes = sizeof value;

		NOTE("level %d: %ld %ld", levels[i], QUIET(setsockopt, tcp, levels[i], 9999, &value, sizeof value),
		     QUIET(setsockopt, udp, levels[i], 9999, &value, sizeof value));
		NOTE("level %d: %ld %ld", levels[i], QUIET(getsockopt, tcp, levels[i], 9999, &value, &bytes),
		     QUIET(getsockopt, udp, levels[i], 9999, &value, &bytes));
	}
	CALL(setsockopt, tcp, IPPROTO_TCP, TCP_NODELAY, NULL, 4);
	CALL(setsockopt, tcp, IPPROTO_TCP, TCP_NODELAY, &udp, -1);
}

CHECK(inet_option_info, "getsockopt")
{
	struct tcp_info info;
	socklen_t bytes = sizeof info;
	union inet_address where;
	int pair[2], listener = inet_listener(AF_INET, &where), mss = 0;

	inet_pair(AF_INET, pair);
	CALL(getsockopt, pair[0], IPPROTO_TCP, TCP_INFO, &info, &bytes);
	SHOW(info.tcpi_state);
	bytes = sizeof info;
	CALL(getsockopt, listener, IPPROTO_TCP, TCP_INFO, &info, &bytes);
	SHOW(info.tcpi_state);
	SHOW(info.tcpi_sacked);
	bytes = 1;
	CALL(getsockopt, pair[1], IPPROTO_TCP, TCP_INFO, &info, &bytes);
	SHOW(bytes);
	QUIET(shutdown, pair[0], SHUT_WR);
	bytes = sizeof mss;
	CALL(getsockopt, (int)QUIET(socket, AF_INET, SOCK_STREAM, 0), IPPROTO_TCP, TCP_MAXSEG, &mss, &bytes);
	SHOW(mss);
}

CHECK(inet_raw, "socket,sendto,recvfrom,setsockopt")
{
	struct {
		struct icmphdr icmp;
		char bytes[8];
	} echo = {.icmp = {.type = ICMP_ECHO, .un.echo = {.id = 7, .sequence = 256}}, .bytes = "payload"};
	union inet_address where = inet_loopback(AF_INET, 0), from;
	socklen_t bytes = sizeof from;
	unsigned char got[100];
	uint32_t sum = 0, filter = ~(1u << ICMP_ECHOREPLY);
	uint16_t words[sizeof echo / 2];
	int fd = (int)CALL_OK(socket, AF_INET, SOCK_RAW, IPPROTO_ICMP);

	memcpy(words, &echo, sizeof echo);
	for (unsigned i = 0; i < sizeof words / 2; i++)
		sum += words[i];
	sum = (sum & 0xffff) + (sum >> 16);
	echo.icmp.checksum = (uint16_t) ~((sum & 0xffff) + (sum >> 16));
	CALL(setsockopt, fd, 255, 1, &filter, sizeof filter);
	CALL(sendto, fd, &echo, sizeof echo, 0, &where, sizeof where.v4);
	CALL(recvfrom, fd, got, sizeof got, 0, &from, &bytes);
	inet_name_show("from", &from, bytes);
	SHOW(got[0]);
	SHOW(got[9]);
	SHOW(got[20]);
	SHOW_TEXT((const char *)got + 28, 8);
	CALL(recvfrom, fd, got, sizeof got, MSG_DONTWAIT, NULL, NULL);
	CALL(write, fd, &echo, sizeof echo);
}
