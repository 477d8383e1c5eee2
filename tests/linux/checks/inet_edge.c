/* Edges of sockets over the loopback interface: states, half-closed connections, partial results. */
#include "conform.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

#include "inet.h"

static const int one = 1, zero;

static void error_show(int fd)
{
	int error = -1;
	socklen_t bytes = sizeof error;

	QUIET(getsockopt, fd, SOL_SOCKET, SO_ERROR, &error, &bytes);
	NOTE("SO_ERROR %d", error);
}

static void epoll_show(const char *what, int set)
{
	struct epoll_event event = {0};
	long count = QUIET(epoll_wait, set, &event, 1, 50);

	NOTE("%s: %ld, events %#x", what, count, event.events);
}

CHECK(inet_edge_halves, "shutdown,epoll_ctl,epoll_wait,read,write")
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET};
	int pair[2], set = (int)QUIET(epoll_create1, 0);
	char bytes[8];

	inet_pair(AF_INET, pair);
	CALL(epoll_ctl, set, EPOLL_CTL_ADD, pair[1], &event);
	epoll_show("new", set);
	epoll_show("nothing new", set);
	CALL(write, pair[0], "ab", 2);
	inet_await(pair[1], POLLIN);
	epoll_show("data", set);
	CALL(read, pair[1], bytes, 1);
	epoll_show("half read", set);
	CALL(shutdown, pair[0], SHUT_WR);
	inet_await(pair[1], POLLRDHUP);
	epoll_show("other end shut", set);
	inet_poll_show("other end shut", pair[1]);
	CALL(read, pair[1], bytes, 8);
	CALL(read, pair[1], bytes, 8);
	CALL(write, pair[0], "x", 1);
	CALL(write, pair[1], "answer", 6);
	inet_await(pair[0], POLLIN);
	inet_poll_show("answered", pair[0]);
	CALL(read, pair[0], bytes, 8);
	CALL(shutdown, pair[1], SHUT_WR);
	inet_await(pair[0], POLLHUP);
	epoll_show("both shut", set);
	inet_poll_show("both shut", pair[0]);
	inet_poll_show("both shut, last", pair[1]);
	CALL(shutdown, pair[0], SHUT_WR);
	CALL(shutdown, pair[0], SHUT_RD);
	error_show(pair[0]);
}

CHECK(inet_edge_linger, "setsockopt,close,read,write")
{
	struct linger now = {1, 0};
	int pair[2];
	char byte;

	for (int unread = 0; unread < 2; unread++) {
		inet_pair(AF_INET, pair);
		CALL(setsockopt, pair[0], SOL_SOCKET, SO_LINGER, &now, sizeof now);
		if (unread)
			CALL(write, pair[0], "left", 4);
		CALL(close, pair[0]);
		inet_await(pair[1], POLLHUP);
		inet_poll_show("reset", pair[1]);
		CALL(read, pair[1], &byte, 1);
		CALL(read, pair[1], &byte, 1);
		CALL(write, pair[1], "x", 1);
		error_show(pair[1]);
		QUIET(close, pair[1]);
	}
}

CHECK(inet_edge_states, "connect,read,write,shutdown,getpeername,accept,listen")
{
	union inet_address where, name;
	int listener = inet_listener(AF_INET, &where), fd = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);
	socklen_t bytes = sizeof name;
	char byte;

	CALL(read, fd, &byte, 1);
	CALL(write, fd, "x", 1);
	CALL(shutdown, fd, SHUT_RDWR);
	CALL(getpeername, fd, &name, &bytes);
	CALL(accept, fd, NULL, NULL);
	inet_poll_show("new, shut", fd);
	fd = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);
	inet_poll_show("new", fd);
	CALL(connect, fd, &where, sizeof where.v4);
	CALL(connect, fd, &where, sizeof where.v4);
	CALL(listen, fd, 1);
	CALL(accept, fd, NULL, NULL);
	CALL(connect, listener, &where, sizeof where.v4);
	CALL(read, listener, &byte, 1);
	CALL(write, listener, "x", 1);
	CALL(getpeername, listener, &name, &bytes);
	CALL(bind, fd, &where, sizeof where.v4);
	QUIET(close, listener);
}

CHECK(inet_edge_refused, "connect,read,write,getsockname")
{
	union inet_address where;
	socklen_t bytes = sizeof where;
	int fd, gone = inet_bound(AF_INET, SOCK_STREAM, &where), listener;
	char byte;

	QUIET(close, gone);
	fd = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);
	CALL(connect, fd, &where, sizeof where.v4);
	error_show(fd);
	CALL(read, fd, &byte, 1);
	CALL(write, fd, "x", 1);
	inet_poll_show("refused", fd);
	/* The same socket may try again. */
	listener = inet_listener(AF_INET, &where);
	CALL(connect, fd, &where, sizeof where.v4);
	CALL(write, fd, "x", 1);
	CALL(getsockname, fd, &where, &bytes);
	QUIET(close, listener);
}

CHECK(inet_edge_refused_later, "connect,poll,write,read")
{
	union inet_address where, name;
	socklen_t bytes = sizeof name;
	int fd, gone = inet_bound(AF_INET, SOCK_STREAM, &where);
	char byte;

	QUIET(close, gone);
	fd = (int)QUIET(socket, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	CALL(connect, fd, &where, sizeof where.v4);
	inet_await(fd, POLLHUP);
	inet_poll_show("now", fd);
	inet_poll_show("refused", fd);
	CALL(write, fd, "x", 1);
	CALL(write, fd, "x", 1);
	CALL(read, fd, &byte, 1);
	CALL(connect, fd, &where, sizeof where.v4);
	inet_await(fd, POLLHUP);
	CALL(connect, fd, &where, sizeof where.v4);
	error_show(fd);
	QUIET(getpeername, fd, &name, &bytes);
}

CHECK(inet_edge_peek, "recvfrom,write,setsockopt,poll")
{
	int pair[2], low = 5;
	char bytes[16] = "";

	inet_pair(AF_INET, pair);
	QUIET(setsockopt, pair[0], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	CALL(write, pair[0], "abc", 3);
	CALL(write, pair[0], "def", 3);
	inet_await(pair[1], POLLIN);
	usleep(10000);
	CALL(recvfrom, pair[1], bytes, 6, MSG_PEEK | MSG_WAITALL, NULL, NULL);
	SHOW_TEXT(bytes, 6);
	CALL(recvfrom, pair[1], bytes, 16, MSG_PEEK | MSG_TRUNC, NULL, NULL);
	CALL(recvfrom, pair[1], NULL, 4, MSG_TRUNC, NULL, NULL);
	CALL(setsockopt, pair[1], SOL_SOCKET, SO_RCVLOWAT, &low, sizeof low);
	inet_poll_show("now", pair[1]);
	CALL(recvfrom, pair[1], bytes, 16, MSG_DONTWAIT, NULL, NULL);
	SHOW_TEXT(bytes, 2);
	CALL(write, pair[0], "ghijk", 5);
	inet_await(pair[1], POLLIN);
	inet_poll_show("now", pair[1]);
	CALL(recvfrom, pair[1], bytes, 0, 0, NULL, NULL);
	CALL(recvfrom, pair[1], bytes, 16, 0, NULL, NULL);
}

CHECK(inet_edge_families, "bind,listen,setsockopt,connect,accept")
{
	union inet_address every = inet_everywhere(AF_INET6, 0), four;
	int six = (int)QUIET(socket, AF_INET6, SOCK_STREAM, 0), other = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);
	int off = 0;

	CALL(setsockopt, six, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
	CALL(bind, six, &every, sizeof every.v6);
	every = inet_where(six);
	CALL(setsockopt, six, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	four = inet_everywhere(AF_INET, ntohs(every.v6.sin6_port));
	CALL(bind, other, &four, sizeof four.v4);
	CALL(listen, six, 1);
	four = inet_loopback(AF_INET, ntohs(every.v6.sin6_port));
	CALL(connect, (int)QUIET(socket, AF_INET, SOCK_STREAM, 0), &four, sizeof four.v4);
	CALL(listen, other, 1);
	CALL(connect, (int)QUIET(socket, AF_INET, SOCK_STREAM, 0), &four, sizeof four.v4);
	CALL_OK(accept, other, NULL, NULL);
	/* One for both families leaves no room for the other. */
	six = (int)QUIET(socket, AF_INET6, SOCK_STREAM, 0);
	every = inet_everywhere(AF_INET6, 0);
	QUIET(setsockopt, six, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	CALL(bind, six, &every, sizeof every.v6);
	four = inet_everywhere(AF_INET, ntohs(inet_where(six).v6.sin6_port));
	CALL(bind, (int)QUIET(socket, AF_INET, SOCK_STREAM, 0), &four, sizeof four.v4);
	CALL(bind, (int)QUIET(socket, AF_INET, SOCK_DGRAM, 0), &four, sizeof four.v4);
}

CHECK(inet_edge_many_sent, "sendmmsg,recvmmsg")
{
	union inet_address where;
	int fd = inet_bound(AF_INET, SOCK_DGRAM, &where), to = (int)QUIET(socket, AF_INET, SOCK_DGRAM, 0);
	char bytes[4][8] = {"one", "two", "three", "four"};
	static char big[70000];
	struct timespec soon = {0, 30000000};
	struct iovec parts[4];
	struct mmsghdr messages[4] = {0};

	QUIET(connect, to, &where, sizeof where.v4);
	for (int i = 0; i < 4; i++) {
		parts[i] = (struct iovec){bytes[i], strlen(bytes[i])};
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	CALL(sendmmsg, to, messages, 4, 0);
	SHOW(messages[2].msg_len);
	/* Up to the one that fails, whose error is lost; at once if it is the first. */
	parts[2] = (struct iovec){big, sizeof big};
	CALL(sendmmsg, to, messages, 4, 0);
	CALL(sendmmsg, to, messages + 2, 2, 0);
	parts[2] = (struct iovec){(void *)8, 4};
	CALL(sendmmsg, to, messages, 4, 0);
	CALL(sendmmsg, to, messages + 2, 2, 0);
	CALL(sendmmsg, to, messages, 0, 0);
	for (int i = 0; i < 4; i++)
		parts[i] = (struct iovec){bytes[i], sizeof bytes[i]};
	CALL(recvmmsg, fd, messages, 3, 0, NULL);
	SHOW(messages[2].msg_len);
	CALL(recvmmsg, fd, messages, 4, MSG_WAITFORONE, NULL);
	CALL(recvmmsg, fd, messages, 4, MSG_DONTWAIT, NULL);
	CALL(recvmmsg, fd, messages, 4, MSG_DONTWAIT, NULL);
	CALL(sendmmsg, to, messages, 1, 0);
	CALL(sendmmsg, to, messages, 1, 0);
	parts[1] = (struct iovec){(void *)8, 4};
	CALL(recvmmsg, fd, messages, 2, 0, NULL);
	CALL(recvmmsg, fd, messages, 2, MSG_DONTWAIT, NULL);
	soon.tv_nsec = 1000000000;
	CALL(recvmmsg, fd, messages, 1, 0, &soon);
}

CHECK(inet_edge_counts, "ioctl,write,read")
{
	int pair[2], count = -1;
	char bytes[8];

	inet_pair(AF_INET, pair);
	CALL(ioctl, pair[1], FIONREAD, &count);
	SHOW(count);
	CALL(write, pair[0], "12345", 5);
	inet_await(pair[1], POLLIN);
	CALL(ioctl, pair[1], FIONREAD, &count);
	SHOW(count);
	CALL(read, pair[1], bytes, 2);
	CALL(ioctl, pair[1], FIONREAD, &count);
	SHOW(count);
	/* Acknowledged soon. */
	do
		QUIET(ioctl, pair[0], TIOCOUTQ, &count);
	while (count);
	CALL(ioctl, pair[0], SIOCATMARK, &count);
	CALL(ioctl, pair[0], FIONREAD, NULL);
	CALL(ioctl, pair[0], 0x5499, &count);
}

CHECK(inet_edge_info, "getsockopt,write,read")
{
	struct tcp_info info = {0};
	socklen_t bytes = sizeof info;
	int pair[2];
	char byte;

	inet_pair(AF_INET, pair);
	for (int i = 0; i < 4; i++) {
		QUIET(write, pair[0], "x", 1);
		QUIET(read, pair[1], &byte, 1);
		QUIET(write, pair[1], "x", 1);
		QUIET(read, pair[0], &byte, 1);
	}
	CALL(getsockopt, pair[0], IPPROTO_TCP, TCP_INFO, &info, &bytes);
	EXPECT(info.tcpi_rtt > 0 && info.tcpi_rtt < 10000000);
	EXPECT(info.tcpi_rto >= 200000 && info.tcpi_snd_mss > 500 && info.tcpi_snd_cwnd > 0);
	SHOW(info.tcpi_retransmits);
	SHOW(info.tcpi_total_retrans);
	SHOW(info.tcpi_unacked);
	SHOW(info.tcpi_pmtu);
	SHOW(info.tcpi_reordering);
	QUIET(shutdown, pair[0], SHUT_WR);
	inet_await(pair[1], POLLRDHUP);
	do
		QUIET(getsockopt, pair[0], IPPROTO_TCP, TCP_INFO, &info, &bytes);
	while (info.tcpi_state == TCP_FIN_WAIT1);
	SHOW(info.tcpi_state);
	CALL(getsockopt, pair[1], IPPROTO_TCP, TCP_INFO, &info, &bytes);
	SHOW(info.tcpi_state);
	QUIET(shutdown, pair[1], SHUT_WR);
	inet_await(pair[0], POLLHUP);
	CALL(getsockopt, pair[1], IPPROTO_TCP, TCP_INFO, &info, &bytes);
	SHOW(info.tcpi_state);
}

CHECK(inet_edge_source, "sendmsg,setsockopt,recvmsg,bind")
{
	union inet_address where, every = inet_everywhere(AF_INET, 0), from = {0};
	struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(INADDR_LOOPBACK + 4)};
	char byte = 'x', controls[64] = "";
	struct iovec part = {&byte, 1};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = controls};
	struct cmsghdr *control = (struct cmsghdr *)controls;
	int to = inet_bound(AF_INET, SOCK_DGRAM, &where), fd = (int)QUIET(socket, AF_INET, SOCK_DGRAM, 0);

	CALL(bind, fd, &every, sizeof every.v4);
	message.msg_name = &where;
	message.msg_namelen = sizeof where.v4;
	message.msg_controllen = CMSG_SPACE(sizeof info);
	*control = (struct cmsghdr){
		.cmsg_level = IPPROTO_IP, .cmsg_type = IP_PKTINFO, .cmsg_len = CMSG_LEN(sizeof info)};
	memcpy(CMSG_DATA(control), &info, sizeof info);
	CALL(sendmsg, fd, &message, 0);
	info.ipi_ifindex = 77;
	memcpy(CMSG_DATA(control), &info, sizeof info);
	CALL(sendmsg, fd, &message, 0);
	info = (struct in_pktinfo){.ipi_spec_dst.s_addr = htonl(0x08080808)};
	memcpy(CMSG_DATA(control), &info, sizeof info);
	CALL(sendmsg, fd, &message, 0);
	control->cmsg_len = 99;
	CALL(sendmsg, fd, &message, 0);
	message = (struct msghdr){.msg_iov = &part, .msg_iovlen = 1, .msg_name = &from, .msg_namelen = sizeof from};
	CALL(recvmsg, to, &message, MSG_DONTWAIT);
	from.v4.sin_port = 0;
	inet_name_show("from", &from, message.msg_namelen);
	CALL(setsockopt, fd, IPPROTO_IP, IP_TTL, &zero, sizeof zero);
	CALL(recvmsg, to, &message, MSG_DONTWAIT);
}

CHECK(inet_edge_places, "bind,setsockopt")
{
	union inet_address other = inet_loopback(AF_INET, 0), where;
	int fd = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);

	other.v4.sin_addr.s_addr = htonl(0x08080808);
	CALL(bind, fd, &other, sizeof other.v4);
	CALL(bind, fd, &other, 3);
	CALL(bind, fd, &other, 1000);
	other.any.sa_family = AF_INET6;
	CALL(bind, fd, &other, sizeof other.v4);
	CALL(bind, fd, &other, sizeof other.v6);
	other.any.sa_family = AF_INET;
	CALL(setsockopt, fd, IPPROTO_IP, IP_FREEBIND, &one, sizeof one);
	CALL(bind, fd, &other, sizeof other.v4);
	CALL(bind, fd, &other, sizeof other.v4);
	fd = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);
	other.v4.sin_addr.s_addr = htonl(0xe0000001);
	CALL(bind, fd, &other, sizeof other.v4);
	where = inet_loopback(AF_INET, 0);
	where.v4.sin_addr.s_addr = htonl(INADDR_BROADCAST);
	CALL(bind, (int)QUIET(socket, AF_INET, SOCK_STREAM, 0), &where, sizeof where.v4);
	CALL(bind, (int)QUIET(socket, AF_INET, SOCK_DGRAM, 0), &where, sizeof where.v4);
}

CHECK(inet_edge_connect_timeout, "setsockopt,connect,listen")
{
	struct timeval time = {0, 50000};
	union inet_address where;
	int listener = inet_bound(AF_INET, SOCK_STREAM, &where), fd = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);

	CALL(listen, listener, 0);
	CALL(connect, (int)QUIET(socket, AF_INET, SOCK_STREAM, 0), &where, sizeof where.v4);
	CALL(setsockopt, fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
	CALL(connect, fd, &where, sizeof where.v4);
	CALL(connect, fd, &where, sizeof where.v4);
	inet_poll_show("under way", fd);
	CALL(shutdown, fd, SHUT_RDWR);
	inet_poll_show("shut", fd);
	error_show(fd);
}
