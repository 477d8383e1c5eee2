/* Datagrams over the loopback interface: UDP, its ends and errors, control messages, broadcast and multicast. */
#include "conform.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/ioctl.h>

#include "inet.h"

static char big[70000];

static void two(int family, int pair[2], union inet_address where[2])
{
	pair[0] = inet_bound(family, SOCK_DGRAM, &where[0]);
	pair[1] = inet_bound(family, SOCK_DGRAM, &where[1]);
}

CHECK(inet_datagram, "sendto,recvfrom,connect,getpeername")
{
	for (int i = 0; i < 2; i++) {
		int family = i ? AF_INET6 : AF_INET, pair[2];
		union inet_address where[2], from;
		socklen_t bytes = sizeof from;

		two(family, pair, where);
		CALL(sendto, pair[0], "datagram", 8, 0, &where[1], inet_bytes(family));
		CALL(recvfrom, pair[1], big, 100, 0, &from, &bytes);
		inet_name_show("from", &from, bytes);
		EXPECT(from.v4.sin_port == where[0].v4.sin_port);
		CALL(sendto, pair[0], "", 0, 0, &where[1], inet_bytes(family));
		CALL(recvfrom, pair[1], big, 100, 0, NULL, NULL);
		CALL(write, pair[0], "x", 1);
		CALL(getpeername, pair[0], &from, &bytes);
		CALL(connect, pair[0], &where[1], inet_bytes(family));
		CALL(getpeername, pair[0], &from, &bytes);
		CALL(write, pair[0], "connected", 9);
		CALL(sendto, pair[0], "to", 2, 0, &where[1], inet_bytes(family));
		CALL(read, pair[1], big, 100);
		CALL(read, pair[1], big, 100);
		CALL(sendto, pair[1], "answer", 6, 0, &where[0], inet_bytes(family));
		CALL(read, pair[0], big, 100);
	}
}

CHECK(inet_datagram_filter, "connect,sendto,recvfrom")
{
	union inet_address where[2], third, none = {.any.sa_family = AF_UNSPEC};
	int pair[2], other = inet_bound(AF_INET, SOCK_DGRAM, &third);

	two(AF_INET, pair, where);
	CALL(connect, pair[0], &where[1], sizeof where[1].v4);
	CALL(sendto, other, "stranger", 8, 0, &where[0], sizeof where[0].v4);
	CALL(recvfrom, pair[0], big, 100, MSG_DONTWAIT, NULL, NULL);
	CALL(connect, pair[0], &none, sizeof none.any);
	CALL(sendto, other, "stranger", 8, 0, &where[0], sizeof where[0].v4);
	CALL(recvfrom, pair[0], big, 100, MSG_DONTWAIT, NULL, NULL);
	CALL(write, pair[0], "x", 1);
}

CHECK(inet_datagram_lengths, "sendto,recvfrom,ioctl")
{
	union inet_address where[2];
	int pair[2], bytes = -1;

	two(AF_INET, pair, where);
	CALL(sendto, pair[0], big, 65507, 0, &where[1], sizeof where[1].v4);
	CALL(sendto, pair[0], big, 65508, 0, &where[1], sizeof where[1].v4);
	CALL(sendto, pair[0], big, 70000, 0, &where[1], sizeof where[1].v4);
	CALL(ioctl, pair[1], FIONREAD, &bytes);
	SHOW(bytes);
	CALL(recvfrom, pair[1], big, 10, MSG_PEEK | MSG_TRUNC, NULL, NULL);
	CALL(recvfrom, pair[1], big, 10, MSG_PEEK, NULL, NULL);
	CALL(recvfrom, pair[1], big, 10, MSG_TRUNC, NULL, NULL);
	CALL(recvfrom, pair[1], big, 10, MSG_DONTWAIT, NULL, NULL);
	QUIET(sendto, pair[0], "0123456789", 10, 0, &where[1], sizeof where[1].v4);
	CALL(recvfrom, pair[1], big, 4, 0, NULL, NULL);
	CALL(recvfrom, pair[1], big, 4, MSG_DONTWAIT, NULL, NULL);
	CALL(sendto, pair[0], NULL, 5, 0, &where[1], sizeof where[1].v4);
	QUIET(sendto, pair[0], "x", 1, 0, &where[1], sizeof where[1].v4);
	CALL(recvfrom, pair[1], NULL, 5, 0, NULL, NULL);
}

CHECK(inet_datagram_errors, "sendto,connect")
{
	union inet_address where[2], other = inet_loopback(AF_INET, 9);
	int pair[2];

	two(AF_INET, pair, where);
	CALL(sendto, pair[0], "x", 1, 0, &where[1], 4);
	CALL(sendto, pair[0], "x", 1, 0, &where[1], 200);
	CALL(sendto, pair[0], "x", 1, MSG_OOB, &where[1], sizeof where[1].v4);
	other.v4.sin_port = 0;
	CALL(sendto, pair[0], "x", 1, 0, &other, sizeof other.v4);
	other.v4.sin_family = AF_UNSPEC;
	other.v4.sin_port = where[1].v4.sin_port;
	CALL(sendto, pair[0], "x", 1, 0, &other, sizeof other.v4);
	other.v4.sin_family = AF_INET6;
	CALL(sendto, pair[0], "x", 1, 0, &other, sizeof other.v6);
	other.v4.sin_family = AF_INET;
	other.v4.sin_addr.s_addr = inet_addr("192.0.2.1");
	CALL(sendto, pair[0], "x", 1, 0, &other, sizeof other.v4);
	CALL(connect, pair[0], &other, sizeof other.v4);
	other.v4.sin_addr.s_addr = INADDR_BROADCAST;
	CALL(sendto, pair[0], "x", 1, 0, &other, sizeof other.v4);
	CALL(connect, pair[0], &other, sizeof other.v4);
	CALL(connect, pair[0], &other, 1);
}

CHECK(inet_datagram_refused, "connect,write,read,getsockopt,poll")
{
	for (int i = 0; i < 2; i++) {
		int family = i ? AF_INET6 : AF_INET, error = 0, gone, fd = (int)QUIET(socket, family, SOCK_DGRAM, 0);
		socklen_t bytes = sizeof error;
		union inet_address where;

		gone = inet_bound(family, SOCK_DGRAM, &where);
		QUIET(close, gone);
		CALL(sendto, fd, "x", 1, 0, &where, inet_bytes(family));
		inet_await(fd, POLLERR);
		inet_poll_show("not connected", fd);
		CALL(connect, fd, &where, inet_bytes(family));
		CALL(write, fd, "x", 1);
		inet_await(fd, POLLERR);
		inet_poll_show("refused", fd);
		CALL(read, fd, big, 1);
		inet_poll_show("told", fd);
		CALL(write, fd, "x", 1);
		inet_await(fd, POLLERR);
		CALL(write, fd, "x", 1);
		CALL(write, fd, "x", 1);
		inet_await(fd, POLLERR);
		QUIET(getsockopt, fd, SOL_SOCKET, SO_ERROR, &error, &bytes);
		SHOW(error);
	}
}

CHECK(inet_datagram_poll, "poll,shutdown,recvfrom")
{
	union inet_address where[2];
	int pair[2];

	two(AF_INET, pair, where);
	inet_poll_show("bound", pair[0]);
	QUIET(sendto, pair[0], "x", 1, 0, &where[1], sizeof where[1].v4);
	inet_await(pair[1], POLLIN);
	inet_poll_show("arrived", pair[1]);
	CALL(shutdown, pair[1], SHUT_RD);
	CALL(connect, pair[1], &where[0], sizeof where[0].v4);
	CALL(shutdown, pair[1], SHUT_RD);
	inet_poll_show("will not receive", pair[1]);
	CALL(recvfrom, pair[1], big, 10, MSG_DONTWAIT, NULL, NULL);
	CALL(recvfrom, pair[1], big, 10, 0, NULL, NULL);
	CALL(shutdown, pair[1], SHUT_WR);
	inet_poll_show("ended", pair[1]);
	CALL(write, pair[1], "x", 1);
}

CHECK(inet_datagram_bind, "bind,sendto")
{
	union inet_address where, name;
	int one = 1, first = inet_bound(AF_INET, SOCK_DGRAM, &where), second;

	second = (int)QUIET(socket, AF_INET, SOCK_DGRAM, 0);
	CALL(bind, second, &where, sizeof where.v4);
	QUIET(setsockopt, second, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	CALL(bind, second, &where, sizeof where.v4);
	QUIET(setsockopt, first, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	CALL(bind, second, &where, sizeof where.v4);
	CALL(bind, second, &where, sizeof where.v4);
	/* Without bind: a port comes with the first datagram. */
	second = (int)QUIET(socket, AF_INET, SOCK_DGRAM, 0);
	name = inet_where(second);
	inet_name_show("new", &name, sizeof name.v4);
	QUIET(sendto, second, "x", 1, 0, &where, sizeof where.v4);
	name = inet_where(second);
	inet_name_show("after sendto", &name, sizeof name.v4);
	QUIET(connect, second, &where, sizeof where.v4);
	name = inet_where(second);
	inet_name_show("after connect", &name, sizeof name.v4);
}

static void control_show(struct msghdr *header)
{
	for (struct cmsghdr *at = CMSG_FIRSTHDR(header); at; at = CMSG_NXTHDR(header, at)) {
		const struct in_pktinfo *info = (const void *)CMSG_DATA(at);

		NOTE("control %d %d, %zu bytes", at->cmsg_level, at->cmsg_type, (size_t)at->cmsg_len);
		if (at->cmsg_level == IPPROTO_IP && at->cmsg_type == IP_PKTINFO)
			NOTE("interface %d, %#x", info->ipi_ifindex, ntohl(info->ipi_addr.s_addr));
		if (at->cmsg_level == IPPROTO_IP && at->cmsg_type == IP_TTL)
			NOTE("ttl %d", *(const int *)(const void *)CMSG_DATA(at));
		if (at->cmsg_level == IPPROTO_IP && at->cmsg_type == IP_TOS)
			NOTE("tos %d", *CMSG_DATA(at));
	}
}

CHECK(inet_datagram_control, "setsockopt,sendmsg,recvmsg")
{
	char control[256] __attribute__((aligned(8))), bytes[16] = "payload";
	union inet_address where[2], from;
	struct iovec vector = {bytes, sizeof bytes};
	struct msghdr header = {&from, sizeof from, &vector, 1, control, sizeof control, 0};
	int one = 1, tos = 16, ttl = 7, pair[2];

	two(AF_INET, pair, where);
	CALL(setsockopt, pair[1], IPPROTO_IP, IP_PKTINFO, &one, sizeof one);
	CALL(setsockopt, pair[1], IPPROTO_IP, IP_RECVTTL, &one, sizeof one);
	CALL(setsockopt, pair[1], IPPROTO_IP, IP_RECVTOS, &one, sizeof one);
	CALL(setsockopt, pair[0], IPPROTO_IP, IP_TOS, &tos, sizeof tos);
	CALL(setsockopt, pair[0], IPPROTO_IP, IP_TTL, &ttl, sizeof ttl);
	QUIET(sendto, pair[0], "x", 1, 0, &where[1], sizeof where[1].v4);
	CALL(recvmsg, pair[1], &header, 0);
	SHOW(header.msg_flags);
	SHOW(header.msg_namelen);
	control_show(&header);
	QUIET(sendto, pair[0], "x", 1, 0, &where[1], sizeof where[1].v4);
	header.msg_controllen = 20;
	CALL(recvmsg, pair[1], &header, 0);
	SHOW(header.msg_flags);
	SHOW(header.msg_controllen);
	/* As a server with many addresses answers from the one it was asked at. */
	header = (struct msghdr){
		&where[1], sizeof where[1].v4, &vector, 1, control, CMSG_SPACE(sizeof(struct in_pktinfo)), 0};
	memset(control, 0, sizeof control);
	CMSG_FIRSTHDR(&header)->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
	CMSG_FIRSTHDR(&header)->cmsg_level = IPPROTO_IP;
	CMSG_FIRSTHDR(&header)->cmsg_type = IP_PKTINFO;
	CALL(sendmsg, pair[0], &header, 0);
	CMSG_FIRSTHDR(&header)->cmsg_type = 999;
	CALL(sendmsg, pair[0], &header, 0);
	CMSG_FIRSTHDR(&header)->cmsg_len = 4;
	CALL(sendmsg, pair[0], &header, 0);
}

CHECK(inet_datagram_truncated, "recvmsg")
{
	char bytes[4];
	union inet_address where[2];
	struct iovec vector = {bytes, sizeof bytes};
	struct msghdr header = {.msg_iov = &vector, .msg_iovlen = 1};
	int pair[2];

	two(AF_INET, pair, where);
	QUIET(sendto, pair[0], "0123456789", 10, 0, &where[1], sizeof where[1].v4);
	CALL(recvmsg, pair[1], &header, MSG_PEEK);
	SHOW_HEX(header.msg_flags);
	CALL(recvmsg, pair[1], &header, MSG_TRUNC);
	SHOW_HEX(header.msg_flags);
}

CHECK(inet_datagram_loopback_network, "bind,sendto,recvfrom")
{
	union inet_address where = inet_loopback(AF_INET, 0), from;
	int fd = (int)QUIET(socket, AF_INET, SOCK_DGRAM, 0), other = (int)QUIET(socket, AF_INET, SOCK_DGRAM, 0);
	socklen_t bytes = sizeof from;

	where.v4.sin_addr.s_addr = inet_addr("127.1.2.3");
	CALL(bind, fd, &where, sizeof where.v4);
	where = inet_where(fd);
	CALL(sendto, other, "x", 1, 0, &where, sizeof where.v4);
	CALL(recvfrom, fd, big, 10, 0, &from, &bytes);
	inet_name_show("from", &from, bytes);
	CALL(sendto, fd, "y", 1, 0, &from, bytes);
	CALL(recvfrom, other, big, 10, 0, &from, &bytes);
	inet_name_show("answer from", &from, bytes);
	where.v4.sin_addr.s_addr = INADDR_ANY;
	CALL(sendto, other, "to nobody", 9, 0, &where, sizeof where.v4);
}

CHECK(inet_mapped, "sendto,recvfrom,connect,setsockopt")
{
	union inet_address everywhere = inet_everywhere(AF_INET6, 0), where, from, mapped = {0};
	int fd = (int)QUIET(socket, AF_INET6, SOCK_DGRAM, 0), four = (int)QUIET(socket, AF_INET, SOCK_DGRAM, 0),
	    one = 1;
	socklen_t bytes = sizeof from;

	CALL(bind, fd, &everywhere, sizeof everywhere.v6);
	where = inet_loopback(AF_INET, ntohs(inet_where(fd).v6.sin6_port));
	CALL(sendto, four, "x", 1, 0, &where, sizeof where.v4);
	CALL(recvfrom, fd, big, 10, 0, &from, &bytes);
	inet_name_show("from", &from, bytes);
	CALL(sendto, fd, "y", 1, 0, &from, bytes);
	CALL(recvfrom, four, big, 10, 0, NULL, NULL);
	CALL(bind, four, &where, sizeof where.v4);
	four = (int)QUIET(socket, AF_INET, SOCK_DGRAM, 0);
	CALL(bind, four, &where, sizeof where.v4);
	CALL(setsockopt, fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
	fd = (int)QUIET(socket, AF_INET6, SOCK_DGRAM, 0);
	CALL(setsockopt, fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
	CALL(bind, fd, &everywhere, sizeof everywhere.v6);
	where.v4.sin_port = inet_where(fd).v6.sin6_port;
	CALL(bind, four, &where, sizeof where.v4);
	mapped.v6.sin6_family = AF_INET6;
	mapped.v6.sin6_port = htons(9);
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped.v6.sin6_addr);
	CALL(connect, fd, &mapped, sizeof mapped.v6);
	fd = (int)QUIET(socket, AF_INET6, SOCK_DGRAM, 0);
	CALL(connect, fd, &mapped, sizeof mapped.v6);
	from = inet_where(fd);
	inet_name_show("mapped", &from, sizeof from.v6);
}

CHECK(inet_mapped_stream, "accept,connect,listen")
{
	union inet_address everywhere = inet_everywhere(AF_INET6, 0), where, from;
	int listener = (int)QUIET(socket, AF_INET6, SOCK_STREAM, 0), client, made, other;
	socklen_t bytes = sizeof from;

	QUIET(bind, listener, &everywhere, sizeof everywhere.v6);
	QUIET(listen, listener, 5);
	where = inet_loopback(AF_INET, ntohs(inet_where(listener).v6.sin6_port));
	other = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);
	CALL(bind, other, &where, sizeof where.v4);
	client = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);
	CALL(connect, client, &where, sizeof where.v4);
	made = (int)CALL_OK(accept, listener, &from, &bytes);
	inet_name_show("from", &from, bytes);
	from = inet_where(made);
	inet_name_show("at", &from, bytes);
	CALL(write, client, "x", 1);
	CALL(read, made, big, 10);
}

CHECK(inet_multicast_options, "setsockopt,getsockopt")
{
	static const int names[] = {IP_MULTICAST_TTL, IP_MULTICAST_LOOP, IP_MULTICAST_ALL};
	int fd = (int)QUIET(socket, AF_INET, SOCK_DGRAM, 0);
	struct ip_mreq group = {{inet_addr("10.0.0.1")}, {htonl(INADDR_LOOPBACK)}};

	for (int i = 0; i < 3; i++)
		for (int value = -2; value < 300; value += 100) {
			int now = -9;
			socklen_t bytes = sizeof now;
			long result = QUIET(setsockopt, fd, IPPROTO_IP, names[i], &value, sizeof value);

			QUIET(getsockopt, fd, IPPROTO_IP, names[i], &now, &bytes);
			NOTE("%d to %d: %ld, now %d", names[i], value, result, now);
		}
	CALL(setsockopt, fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group);
	group.imr_multiaddr.s_addr = inet_addr("239.1.2.3");
	CALL(setsockopt, fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, 4);
	CALL(setsockopt, fd, IPPROTO_IP, IP_DROP_MEMBERSHIP, &group, sizeof group);
	CALL(setsockopt, fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group);
	CALL(setsockopt, fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group);
	CALL(setsockopt, fd, IPPROTO_IP, IP_DROP_MEMBERSHIP, &group, sizeof group);
	group.imr_interface.s_addr = inet_addr("192.0.2.77");
	CALL(setsockopt, fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group);
}
