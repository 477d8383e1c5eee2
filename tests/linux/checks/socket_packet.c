/* Datagrams and sequenced packets of AF_UNIX. */
#include "matrix.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

static char big[1 << 20];
static char bytes[256];

static socklen_t path_set(struct sockaddr_un *address, const char *path)
{
	memset(address, 0, sizeof *address);
	address->sun_family = AF_UNIX;
	strcpy(address->sun_path, path);
	return offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1;
}

/* A socket bound to the path. */
static int bound_make(int type, const char *path)
{
	struct sockaddr_un address;
	socklen_t length = path_set(&address, path);
	int fd = QUIET(socket, AF_UNIX, type | SOCK_NONBLOCK, 0);
	QUIET(bind, fd, &address, length);
	return fd;
}

CHECK(datagram_pair, "socketpair,sendto,recvfrom,ioctl")
{
	int pair[2], count;
	QUIET(socketpair, AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair);
	CALL(write, pair[0], "first", 5);
	CALL(write, pair[0], "", 0);
	CALL(write, pair[0], "third", 5);
	CALL(ioctl, pair[1], FIONREAD, &count);
	SHOW(count);
	SHOW_TEXT(bytes, CALL(read, pair[1], bytes, 3)); /* the rest of it is lost */
	CALL(read, pair[1], bytes, 32);
	SHOW_TEXT(bytes, CALL(recvfrom, pair[1], bytes, 2, MSG_PEEK | MSG_TRUNC, NULL, NULL));
	SHOW_TEXT(bytes, CALL(recvfrom, pair[1], bytes, 2, MSG_TRUNC, NULL, NULL));
	CALL(read, pair[1], bytes, 32);
	CALL(sendto, pair[0], "x", 1, MSG_OOB, NULL, 0);
	CALL(close, pair[1]);
	CALL(write, pair[0], "x", 1);
	CALL(write, pair[0], "x", 1);
	CALL(read, pair[0], bytes, 1);
}

CHECK(datagram_names, "sendto,recvfrom,connect,getpeername")
{
	struct sockaddr_un address, from;
	socklen_t length = path_set(&address, "server"), from_length = sizeof from;
	int server = bound_make(SOCK_DGRAM, "server"), client = bound_make(SOCK_DGRAM, "client");
	int unnamed = QUIET(socket, AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	CALL(write, client, "x", 1);
	CALL(sendto, client, "named", 5, 0, &address, length);
	memset(&from, 0, sizeof from);
	SHOW_TEXT(bytes, CALL(recvfrom, server, bytes, 32, 0, &from, &from_length));
	SHOW(from_length);
	SHOW_TEXT(from.sun_path, 7);
	CALL(sendto, unnamed, "unnamed", 7, 0, &address, length);
	from_length = sizeof from;
	SHOW_TEXT(bytes, CALL(recvfrom, server, bytes, 32, 0, &from, &from_length));
	SHOW(from_length);
	CALL(connect, client, &address, length);
	CALL(write, client, "connected", 9);
	from_length = 4;
	SHOW_TEXT(bytes, CALL(recvfrom, server, bytes, 32, 0, &from, &from_length));
	SHOW(from_length);
	length = path_set(&address, "client");
	CALL(sendto, server, "back", 4, 0, &address, length);
	SHOW_TEXT(bytes, CALL(read, client, bytes, 32));
	CALL(sendto, unnamed, "stranger", 8, 0, &address, length); /* the client is connected to another */
	CALL(connect, unnamed, &address, length);
	CALL(sendto, server, "x", 1, 0, &address, 2);
	length = path_set(&address, "missing");
	CALL(sendto, server, "x", 1, 0, &address, length);
	address.sun_family = AF_UNSPEC;
	CALL(connect, client, &address, 2);
	CALL(getpeername, client, &address, &length);
	CALL(write, client, "x", 1);
	CALL(connect, client, &address, 1);
}

CHECK(datagram_server_gone, "close,sendto,connect")
{
	struct sockaddr_un address;
	socklen_t length = path_set(&address, "server");
	int server = bound_make(SOCK_DGRAM, "server"), client = QUIET(socket, AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	CALL(connect, client, &address, length);
	CALL(write, client, "x", 1);
	CALL(close, server);
	CALL(write, client, "x", 1);
	CALL(write, client, "x", 1);
	CALL(sendto, client, "x", 1, 0, &address, length);
	CALL(connect, client, &address, length);
	QUIET(unlink, "server");
	server = bound_make(SOCK_DGRAM, "server");
	CALL(connect, client, &address, length);
	CALL(write, client, "again", 5);
	SHOW_TEXT(bytes, CALL(read, server, bytes, 32));
}

CHECK(datagram_reconnect, "connect,getsockopt,read")
{
	struct sockaddr_un address;
	socklen_t length, size = sizeof(int);
	int one = bound_make(SOCK_DGRAM, "one"), two = bound_make(SOCK_DGRAM, "two"), error;
	length = path_set(&address, "two");
	CALL(connect, one, &address, length);
	length = path_set(&address, "one");
	CALL(connect, two, &address, length);
	CALL(write, two, "dropped", 7);
	address.sun_family = AF_UNSPEC;
	CALL(connect, one, &address, 2); /* drops what the peer had sent, who learns of it */
	CALL(read, one, bytes, 32);
	CALL(getsockopt, two, SOL_SOCKET, SO_ERROR, &error, &size);
	SHOW(error);
	CALL(write, two, "x", 1);
	SHOW_TEXT(bytes, CALL(read, one, bytes, 32));
}

CHECK(datagram_queue_full, "sendto,poll,read")
{
	struct sockaddr_un address;
	socklen_t length = path_set(&address, "server");
	struct pollfd polled;
	int server = bound_make(SOCK_DGRAM, "server"), client = QUIET(socket, AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	int other = QUIET(socket, AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0), count = 0;
	CALL(connect, client, &address, length);
	polled = (struct pollfd){.fd = client, .events = POLLOUT};
	while (QUIET(write, client, "x", 1) == 1)
		count++;
	SHOW(count);
	CALL(write, client, "x", 1);
	CALL(sendto, other, "x", 1, 0, &address, length);
	CALL(poll, &polled, 1, 0);
	CALL(read, server, bytes, 1);
	CALL(poll, &polled, 1, 0);
	SHOW_HEX(polled.revents);
	CALL(write, client, "x", 1);
	CALL(poll, &polled, 1, 0);
	CALL(close, server);
	CALL(poll, &polled, 1, 0);
	SHOW_HEX(polled.revents);
}

CHECK(datagram_sizes, "write,setsockopt,ioctl")
{
	int pair[2], size = 10000, count;
	static const int sizes[] = {0, 1, 193, 3777, 7873, 16064, 16065, 16385, 36545, 100000, 200000, 212960, 212961};
	QUIET(socketpair, AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair);
	for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		long result = QUIET(write, pair[0], big, sizes[i]);
		QUIET(ioctl, pair[0], TIOCOUTQ, &count);
		NOTE("%d bytes: %s, count as %d", sizes[i], result_name(result), count);
		QUIET(read, pair[1], big, sizeof big);
	}
	CALL(setsockopt, pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	CALL(write, pair[0], big, 20000 - 31);
	CALL(write, pair[0], big, 20000 - 32);
	CALL(write, pair[0], big, 1);
	CALL(read, pair[1], big, sizeof big);
	CALL(write, pair[0], big, 1);
}

CHECK(datagram_faults, "read,write")
{
	int pair[2];
	char *pages = guarded_pages(1);
	REQUIRE(pages);
	QUIET(socketpair, AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair);
	CALL(write, pair[0], pages + PAGE - 4, 8);
	QUIET(write, pair[0], "lost by a fault", 15);
	QUIET(write, pair[0], "next", 4);
	CALL(read, pair[1], pages + PAGE - 4, 8);
	SHOW_TEXT(bytes, CALL(read, pair[1], bytes, 32));
}

CHECK(datagram_shutdown, "shutdown,read,write")
{
	int pair[2];
	QUIET(socketpair, AF_UNIX, SOCK_DGRAM, 0, pair);
	CALL(write, pair[0], "before", 6);
	CALL(shutdown, pair[1], SHUT_RD);
	CALL(write, pair[0], "x", 1);
	SHOW_TEXT(bytes, CALL(read, pair[1], bytes, 32));
	CALL(read, pair[1], bytes, 32);
	CALL(recvfrom, pair[1], bytes, 32, MSG_DONTWAIT, NULL, NULL);
	CALL(write, pair[1], "back", 4);
	CALL(shutdown, pair[1], SHUT_WR);
	CALL(write, pair[1], "x", 1);
	SHOW_TEXT(bytes, CALL(read, pair[0], bytes, 32));
}

CHECK(datagram_peek_offset, "setsockopt,recvfrom")
{
	int pair[2], offset = 0;
	QUIET(socketpair, AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair);
	CALL(setsockopt, pair[1], SOL_SOCKET, SO_PEEK_OFF, &offset, sizeof offset);
	QUIET(write, pair[0], "abcd", 4);
	QUIET(write, pair[0], "efgh", 4);
	SHOW_TEXT(bytes, CALL(recvfrom, pair[1], bytes, 2, MSG_PEEK, NULL, NULL));
	SHOW_TEXT(bytes, CALL(recvfrom, pair[1], bytes, 32, MSG_PEEK, NULL, NULL));
	SHOW_TEXT(bytes, CALL(recvfrom, pair[1], bytes, 32, MSG_PEEK, NULL, NULL));
	CALL(recvfrom, pair[1], bytes, 32, MSG_PEEK, NULL, NULL);
	SHOW_TEXT(bytes, CALL(recvfrom, pair[1], bytes, 32, 0, NULL, NULL));
	SHOW_TEXT(bytes, CALL(recvfrom, pair[1], bytes, 2, MSG_PEEK, NULL, NULL));
}

CHECK(packet_pair, "socketpair,sendto,recvmsg,close")
{
	struct iovec vector = {bytes, 3};
	struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
	int pair[2], count;
	QUIET(socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair);
	CALL(write, pair[0], "first", 5);
	CALL(sendto, pair[0], "second", 6, MSG_EOR, &message, 2);
	CALL(ioctl, pair[1], FIONREAD, &count);
	SHOW(count);
	CALL(recvmsg, pair[1], &message, 0);
	SHOW_HEX(message.msg_flags);
	vector.iov_len = 32;
	CALL(recvmsg, pair[1], &message, 0);
	SHOW_HEX(message.msg_flags);
	CALL(write, pair[0], "", 0);
	CALL(read, pair[1], bytes, 32);
	CALL(read, pair[1], bytes, 32);
	CALL(write, pair[0], "last", 4);
	CALL(close, pair[0]);
	SHOW_TEXT(bytes, CALL(read, pair[1], bytes, 32));
	CALL(read, pair[1], bytes, 32);
	CALL(write, pair[1], "x", 1);
	QUIET(socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair);
	CALL(write, pair[0], "unread", 6);
	CALL(write, pair[1], "unread", 6);
	CALL(close, pair[1]);
	CALL(read, pair[0], bytes, 32); /* the reset comes first */
	CALL(read, pair[0], bytes, 32);
	CALL(read, pair[0], bytes, 32);
}

CHECK(packet_connection, "listen,connect,accept,recvfrom,shutdown")
{
	struct sockaddr_un address;
	socklen_t length = path_set(&address, "server");
	int server = bound_make(SOCK_SEQPACKET, "server"), client = QUIET(socket, AF_UNIX, SOCK_SEQPACKET, 0), made;
	CALL(read, client, bytes, 1);
	CALL(write, client, bytes, 1);
	CALL(listen, server, 2);
	CALL(read, server, bytes, 1);
	CALL(connect, client, &address, length);
	CALL(write, client, "early", 5);
	made = CALL(accept, server, NULL, NULL);
	length = sizeof address;
	SHOW_TEXT(bytes, CALL(recvfrom, made, bytes, 32, 0, &address, &length));
	SHOW(length);
	CALL(write, made, "answer", 6);
	length = sizeof address;
	SHOW_TEXT(bytes, CALL(recvfrom, client, bytes, 32, 0, &address, &length));
	SHOW(length);
	CALL(shutdown, made, SHUT_WR);
	CALL(read, client, bytes, 32);
	CALL(write, client, "on", 2);
	CALL(read, made, bytes, 32);
}

CHECK(messages_many, "sendmmsg,recvmmsg")
{
	char words[] = "onesecond3";
	struct iovec out[3] = {{words, 3}, {words + 3, 6}, {words + 9, 1}}, in[5];
	struct mmsghdr sent[3], received[5];
	struct timespec timeout = {0, 0};
	int pair[2];
	memset(sent, 0, sizeof sent);
	memset(received, 0, sizeof received);
	for (int i = 0; i < 3; i++)
		sent[i].msg_hdr = (struct msghdr){.msg_iov = &out[i], .msg_iovlen = 1};
	for (int i = 0; i < 5; i++) {
		in[i] = (struct iovec){bytes + 40 * i, 40};
		received[i].msg_hdr = (struct msghdr){.msg_iov = &in[i], .msg_iovlen = 1};
	}
	QUIET(socketpair, AF_UNIX, SOCK_DGRAM, 0, pair);
	CALL(sendmmsg, pair[0], sent, 3, 0);
	SHOW(sent[1].msg_len);
	CALL(recvmmsg, pair[1], received, 2, 0, NULL);
	SHOW(received[0].msg_len);
	SHOW_TEXT(bytes + 40, received[1].msg_len);
	CALL(recvmmsg, pair[1], received, 5, MSG_WAITFORONE, NULL);
	CALL(recvmmsg, pair[1], received, 5, MSG_DONTWAIT, NULL);
	CALL(sendmmsg, pair[0], sent, 3, 0);
	CALL(recvmmsg, pair[1], received, 5, MSG_DONTWAIT, &timeout);
	CALL(sendmmsg, pair[0], sent, 0, 0);
	CALL(recvmmsg, pair[1], received, 0, 0, NULL);
	timeout.tv_nsec = -1;
	CALL(recvmmsg, pair[1], received, 1, 0, &timeout);
	sent[1].msg_hdr.msg_iov = (void *)8;
	CALL(sendmmsg, pair[0], sent, 3, 0);
	CALL(sendmmsg, pair[0], sent + 1, 1, 0);
	CALL(sendmmsg, 0, sent, 1, 0);
	CALL(recvmmsg, -1, received, 1, 0, NULL);
}

CHECK(message_headers, "sendmsg,recvmsg")
{
	struct iovec vector = {bytes, 10};
	struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
	struct sockaddr_un address;
	int pair[2];
	QUIET(socketpair, AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair);
	FOR_ADDRESSES(sendmsg, pair[0], BAD, 0);
	FOR_ADDRESSES(recvmsg, pair[0], BAD, 0);
	message.msg_iovlen = 1025;
	CALL(sendmsg, pair[0], &message, 0);
	CALL(recvmsg, pair[0], &message, 0);
	message.msg_iovlen = 0;
	CALL(sendmsg, pair[0], &message, 0);
	message.msg_name = &address;
	message.msg_namelen = -1;
	message.msg_iovlen = 1;
	CALL(sendmsg, pair[0], &message, 0);
	CALL(recvmsg, pair[1], &message, 0);
	message.msg_namelen = sizeof address;
	CALL(recvmsg, pair[1], &message, MSG_CMSG_CLOEXEC);
	SHOW(message.msg_namelen);
	SHOW_HEX(message.msg_flags);
	message.msg_name = NULL;
	message.msg_namelen = 5;
	CALL(sendmsg, pair[0], &message, 0);
	message.msg_control = bytes;
	message.msg_controllen = 1ul << 32;
	CALL(sendmsg, pair[0], &message, 0);
	message.msg_controllen = 8;
	CALL(sendmsg, pair[0], &message, 0);
	message.msg_control = (void *)8;
	message.msg_controllen = 32;
	CALL(sendmsg, pair[0], &message, 0);
	CALL(recvmsg, pair[1], &message, 0);
	SHOW(message.msg_controllen);
	CALL(sendmsg, pair[0], &message, 1u << 31);
}
