/* What becomes of datagrams: error queues (IP_RECVERR), pending errors, path MTU. */
#include "conform.h"

#include <arpa/inet.h>
#include <linux/errqueue.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>

#include "inet.h"

static const int one = 1;

/* An address at which nobody is. */
static union inet_address nobody(int family)
{
	union inet_address where;

	QUIET(close, inet_bound(family, SOCK_DGRAM, &where));
	return where;
}

static int asking(int family, int type)
{
	int fd = (int)QUIET(socket, family, type, 0);

	if (family == AF_INET)
		QUIET(setsockopt, fd, IPPROTO_IP, IP_RECVERR, &one, sizeof one);
	else
		QUIET(setsockopt, fd, IPPROTO_IPV6, IPV6_RECVERR, &one, sizeof one);
	return fd;
}

static void pending_show(int fd)
{
	int error = -1;
	socklen_t bytes = sizeof error;

	QUIET(getsockopt, fd, SOL_SOCKET, SO_ERROR, &error, &bytes);
	NOTE("SO_ERROR %d", error);
}

static void control_show(const struct msghdr *message)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(message);
	struct sock_extended_err error;
	union inet_address offender;

	if (!control) {
		NOTE("no control message");
		return;
	}
	memcpy(&error, CMSG_DATA(control), sizeof error);
	memcpy(&offender, CMSG_DATA(control) + sizeof error, sizeof offender);
	NOTE("level %d type %d length %zu: errno %u origin %u type %u code %u info %u", control->cmsg_level,
	     control->cmsg_type, (size_t)control->cmsg_len, error.ee_errno, error.ee_origin, error.ee_type,
	     error.ee_code, error.ee_info);
	NOTE("offender of family %d, port %d", offender.any.sa_family, ntohs(offender.v4.sin_port));
	if (offender.any.sa_family)
		inet_name_show("offender", &offender, inet_bytes(offender.any.sa_family));
}

/* The oldest report, taken with room for so many bytes. */
static void report_show(int fd, size_t room, const union inet_address *sent_to)
{
	char bytes[64] = "", controls[256];
	union inet_address to = {0};
	struct iovec part = {bytes, room};
	struct msghdr message = {.msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &part, .msg_iovlen = 1};
	long result;

	message.msg_control = controls;
	message.msg_controllen = sizeof controls;
	result = QUIET(recvmsg, fd, &message, MSG_ERRQUEUE);
	NOTE("report: %s, flags %#x", result_name(result), (unsigned)message.msg_flags);
	if (result < 0)
		return;
	SHOW_TEXT(bytes, result);
	NOTE("name of %u bytes, %s", message.msg_namelen,
	     to.v4.sin_port == sent_to->v4.sin_port ? "where it was sent" : "another");
	control_show(&message);
}

CHECK(inet_report_queue, "sendto,recvmsg,recvfrom,poll")
{
	for (int i = 0; i < 2; i++) {
		int family = i ? AF_INET6 : AF_INET;
		union inet_address to = nobody(family);
		int fd = asking(family, SOCK_DGRAM);
		char byte;

		report_show(fd, 64, &to);
		CALL(sendto, fd, "first", 5, 0, &to, inet_bytes(family));
		inet_await(fd, POLLERR);
		inet_poll_show("after the first", fd);
		CALL(sendto, fd, "second", 6, 0, &to, inet_bytes(family));
		CALL(sendto, fd, "second", 6, 0, &to, inet_bytes(family));
		inet_await(fd, POLLERR);
		report_show(fd, 64, &to);
		pending_show(fd);
		inet_poll_show("one left", fd);
		report_show(fd, 3, &to);
		inet_poll_show("none left", fd);
		report_show(fd, 64, &to);
		pending_show(fd);
		CALL(recvfrom, fd, &byte, 1, MSG_DONTWAIT, NULL, NULL);
	}
}

CHECK(inet_report_connected, "connect,write,read,recvmsg")
{
	for (int i = 0; i < 2; i++) {
		int family = i ? AF_INET6 : AF_INET;
		union inet_address to = nobody(family);
		int plain = (int)QUIET(socket, family, SOCK_DGRAM, 0), fd = asking(family, SOCK_DGRAM);
		char byte;

		/* Without the option an error is told once, and to connected sockets only. */
		CALL(connect, plain, &to, inet_bytes(family));
		CALL(write, plain, "x", 1);
		inet_await(plain, POLLERR);
		inet_poll_show("refused", plain);
		CALL(write, plain, "x", 1);
		CALL(write, plain, "x", 1);
		inet_await(plain, POLLERR);
		CALL(read, plain, &byte, 1);
		CALL(recvfrom, plain, &byte, 1, MSG_DONTWAIT, NULL, NULL);
		report_show(plain, 64, &to);
		CALL(connect, fd, &to, inet_bytes(family));
		CALL(write, fd, "told", 4);
		inet_await(fd, POLLERR);
		CALL(read, fd, &byte, 1);
		inet_poll_show("read", fd);
		report_show(fd, 64, &to);
		inet_poll_show("reported", fd);
	}
}

CHECK(inet_report_unconnected, "sendto,recvfrom")
{
	union inet_address to = nobody(AF_INET), where;
	int fd = inet_bound(AF_INET, SOCK_DGRAM, &where);
	char byte;

	CALL(sendto, fd, "x", 1, 0, &to, sizeof to.v4);
	usleep(20000);
	CALL(sendto, fd, "x", 1, 0, &to, sizeof to.v4);
	CALL(recvfrom, fd, &byte, 1, MSG_DONTWAIT, NULL, NULL);
	inet_poll_show("nobody asked", fd);
}

/* An IPv6 socket that speaks IPv4 asks by IPv4's option. */
CHECK(inet_report_mapped, "sendto,setsockopt,recvmsg")
{
	union inet_address to = nobody(AF_INET), mapped = {0};
	int fd = asking(AF_INET6, SOCK_DGRAM);

	mapped.v6.sin6_family = AF_INET6;
	mapped.v6.sin6_port = to.v4.sin_port;
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped.v6.sin6_addr);
	CALL(sendto, fd, "x", 1, 0, &mapped, sizeof mapped.v6);
	usleep(20000);
	report_show(fd, 64, &mapped);
	CALL(setsockopt, fd, IPPROTO_IP, IP_RECVERR, &one, sizeof one);
	CALL(sendto, fd, "y", 1, 0, &mapped, sizeof mapped.v6);
	inet_await(fd, POLLERR);
	report_show(fd, 64, &mapped);
}

/* More than fits is not kept; the option that is off again throws away what is there. */
CHECK(inet_report_off, "setsockopt,sendto,recvmsg")
{
	union inet_address to = nobody(AF_INET);
	int fd = asking(AF_INET, SOCK_DGRAM), off = 0;

	CALL(sendto, fd, "x", 1, 0, &to, sizeof to.v4);
	inet_await(fd, POLLERR);
	CALL(setsockopt, fd, IPPROTO_IP, IP_RECVERR, &off, sizeof off);
	report_show(fd, 64, &to);
	pending_show(fd);
}

CHECK(inet_report_mtu, "setsockopt,getsockopt,sendto,connect")
{
	static const int ways[] = {IP_PMTUDISC_DONT, IP_PMTUDISC_WANT, IP_PMTUDISC_DO, IP_PMTUDISC_PROBE};
	static char big[65508];
	union inet_address where;
	int other = inet_bound(AF_INET, SOCK_DGRAM, &where), mtu = 0, fd = asking(AF_INET, SOCK_DGRAM);
	socklen_t bytes = sizeof mtu;

	CALL(getsockopt, fd, IPPROTO_IP, IP_MTU, &mtu, &bytes);
	CALL(connect, fd, &where, sizeof where.v4);
	CALL(getsockopt, fd, IPPROTO_IP, IP_MTU, &mtu, &bytes);
	SHOW(mtu);
	for (unsigned i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		CALL(setsockopt, fd, IPPROTO_IP, IP_MTU_DISCOVER, &ways[i], sizeof ways[i]);
		CALL(sendto, fd, big, sizeof big - 1, 0, NULL, 0);
		QUIET(recvfrom, other, big, sizeof big, MSG_DONTWAIT, NULL, NULL);
		CALL(sendto, fd, big, sizeof big, 0, NULL, 0);
	}
	mtu = IP_PMTUDISC_OMIT + 1;
	CALL(setsockopt, fd, IPPROTO_IP, IP_MTU_DISCOVER, &mtu, sizeof mtu);
}

CHECK(inet_report_stream, "setsockopt,connect,recvmsg,getsockopt")
{
	union inet_address to = nobody(AF_INET);
	int fd = asking(AF_INET, SOCK_STREAM), value = 1;
	socklen_t bytes = sizeof value;

	CALL(connect, fd, &to, sizeof to.v4);
	report_show(fd, 64, &to);
	fd = (int)QUIET(socket, AF_INET, SOCK_STREAM, 0);
	value = 5;
	CALL(setsockopt, fd, IPPROTO_TCP, TCP_FASTOPEN, &value, sizeof value);
	value = -1;
	CALL(setsockopt, fd, IPPROTO_TCP, TCP_FASTOPEN, &value, sizeof value);
	CALL(getsockopt, fd, IPPROTO_TCP, TCP_FASTOPEN, &value, &bytes);
	value = 2;
	CALL(setsockopt, fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &value, sizeof value);
}
