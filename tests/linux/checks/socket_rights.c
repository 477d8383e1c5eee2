/* What goes along with messages of AF_UNIX: descriptors and credentials. */
#include "conform.h"

#include <poll.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>

union control {
	char bytes[2048];
	struct cmsghdr first;
};

static char text[64];

/* Sends one byte and the descriptors. */
static long fds_send(int fd, const int *fds, int count)
{
	union control control;
	struct iovec vector = {text, 1};
	struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control};
	memset(&control, 0, sizeof control);
	text[0] = 'f';
	message.msg_controllen = CMSG_SPACE(count * sizeof(int));
	control.first = (struct cmsghdr){CMSG_LEN(count * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
	memcpy(CMSG_DATA(&control.first), fds, count * sizeof(int));
	return QUIET(sendmsg, fd, &message, 0);
}

/* Receives with so much room; shows bytes, flags and messages. The first descriptor that came, or -1. */
static int message_show(int fd, size_t bytes, size_t room, int flags)
{
	union control control;
	struct iovec vector = {text, bytes};
	struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = room};
	int got = -1;
	memset(&control, 0, sizeof control);
	long result = QUIET(recvmsg, fd, &message, flags);
	NOTE("recvmsg: %s, flags %#x, control %zu", result_name(result), message.msg_flags, message.msg_controllen);
	if (result > 0)
		SHOW_TEXT(text, result);
	if (result < 0)
		return -1;
	for (struct cmsghdr *at = CMSG_FIRSTHDR(&message); at; at = CMSG_NXTHDR(&message, at)) {
		struct ucred *from = (void *)CMSG_DATA(at);
		size_t count = (at->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SCM_RIGHTS) {
			int fds[256];
			memcpy(fds, CMSG_DATA(at), count * sizeof(int));
			NOTE("rights: %zu, length %zu, first %d", count, at->cmsg_len, fds[0]);
			got = fds[0];
		} else if (at->cmsg_type == SCM_CREDENTIALS && at->cmsg_len >= CMSG_LEN(sizeof *from)) {
			NOTE("credentials: mine %d, parent's %d, none %d, uid %u gid %u", from->pid == getpid(),
			     from->pid && from->pid == getppid(), from->pid == 0, from->uid, from->gid);
		} else {
			NOTE("level %d type %d length %zu", at->cmsg_level, at->cmsg_type, at->cmsg_len);
		}
	}
	return got;
}

static void pair_make(int type, int pair[2])
{
	QUIET(socketpair, AF_UNIX, type | SOCK_NONBLOCK, 0, pair);
}

CHECK(rights_basics, "sendmsg,recvmsg,write,read,fcntl")
{
	int pair[2], ends[2], fd;
	pair_make(SOCK_STREAM, pair);
	QUIET(pipe2, ends, 0);
	NOTE("sent: %s", result_name(fds_send(pair[0], ends, 2)));
	CALL(close, ends[1]);
	fd = message_show(pair[1], 10, 100, 0);
	CALL(fcntl, fd, F_GETFD);
	CALL(write, fd + 1, "through", 7);
	SHOW_TEXT(text, CALL(read, ends[0], text, 20));
	NOTE("sent: %s", result_name(fds_send(pair[0], ends, 1)));
	fd = message_show(pair[1], 10, 100, MSG_CMSG_CLOEXEC);
	CALL(fcntl, fd, F_GETFD);
	SHOW(CALL(fcntl, fd, F_GETFL) == CALL(fcntl, ends[0], F_GETFL));
}

CHECK(rights_room, "sendmsg,recvmsg,read")
{
	static const size_t rooms[] = {0, 8, 16, 17, 20, 23, 24, 27, 28, 32, 40};
	int pair[2], fds[3] = {0, 1, 2};
	pair_make(SOCK_STREAM, pair);
	for (unsigned i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
		NOTE("room %zu", rooms[i]);
		fds_send(pair[0], fds, 3);
		message_show(pair[1], 1, rooms[i], 0);
		for (int fd = 5; fd < 20; fd++)
			QUIET(close, fd);
	}
	fds_send(pair[0], fds, 3);
	CALL(read, pair[1], text, 1); /* descriptors that nobody asks for are closed */
	CALL(dup, 0);
}

CHECK(rights_errors, "sendmsg")
{
	int pair[2], many[254], bad[2] = {0, 99};
	union control control;
	struct iovec vector = {text, 1};
	struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control};
	memset(many, 0, sizeof many);
	pair_make(SOCK_STREAM, pair);
	NOTE("bad: %s", result_name(fds_send(pair[0], bad, 2)));
	NOTE("253: %s", result_name(fds_send(pair[0], many, 253)));
	NOTE("254: %s", result_name(fds_send(pair[0], many, 254)));
	NOTE("0: %s", result_name(fds_send(pair[0], many, 0)));
	memset(&control, 0, sizeof control);
	message.msg_controllen = CMSG_SPACE(4);
	control.first = (struct cmsghdr){CMSG_LEN(4), SOL_SOCKET, 77};
	CALL(sendmsg, pair[0], &message, 0);
	control.first = (struct cmsghdr){CMSG_LEN(4), 99, SCM_RIGHTS};
	CALL(sendmsg, pair[0], &message, 0);
	control.first = (struct cmsghdr){15, SOL_SOCKET, SCM_RIGHTS};
	CALL(sendmsg, pair[0], &message, 0);
	control.first = (struct cmsghdr){CMSG_LEN(400), SOL_SOCKET, SCM_RIGHTS};
	CALL(sendmsg, pair[0], &message, 0);
	control.first = (struct cmsghdr){CMSG_LEN(2), SOL_SOCKET, SCM_RIGHTS};
	CALL(sendmsg, pair[0], &message, 0);
	control.first = (struct cmsghdr){CMSG_LEN(4), SOL_SOCKET, SCM_CREDENTIALS};
	CALL(sendmsg, pair[0], &message, 0);
	vector.iov_len = 0;
	control.first = (struct cmsghdr){CMSG_LEN(4), SOL_SOCKET, SCM_RIGHTS};
	CALL(sendmsg, pair[0], &message, 0); /* a stream has no message without bytes */
	CALL(recvmsg, pair[1], &message, 0);
}

CHECK(rights_in_streams, "sendmsg,recvmsg,write")
{
	int pair[2], fds[1] = {0};
	pair_make(SOCK_STREAM, pair);
	CALL(write, pair[0], "before", 6);
	fds_send(pair[0], fds, 1);
	CALL(write, pair[0], "between", 7);
	fds_send(pair[0], fds, 1);
	CALL(write, pair[0], "behind", 6);
	message_show(pair[1], 60, 100, MSG_PEEK);
	message_show(pair[1], 3, 100, 0);
	message_show(pair[1], 60, 100, 0);
	message_show(pair[1], 60, 100, 0);
	message_show(pair[1], 60, 100, 0);
	message_show(pair[1], 60, 100, 0);
}

CHECK(rights_in_packets, "sendmsg,recvmsg")
{
	int pair[2], fds[2] = {0, 1};
	pair_make(SOCK_SEQPACKET, pair);
	fds_send(pair[0], fds, 2);
	fds_send(pair[0], fds, 1);
	message_show(pair[1], 10, 100, MSG_PEEK);
	message_show(pair[1], 10, 100, MSG_PEEK);
	message_show(pair[1], 10, 100, 0);
	message_show(pair[1], 0, 100, 0);
	message_show(pair[1], 10, 100, 0);
}

CHECK(rights_unread, "close,sendmsg,poll")
{
	int pair[2], ends[2];
	struct pollfd polled;
	pair_make(SOCK_STREAM, pair);
	QUIET(pipe2, ends, 0);
	polled = (struct pollfd){.fd = ends[0], .events = POLLIN};
	fds_send(pair[0], &ends[1], 1);
	CALL(close, ends[1]);
	CALL(poll, &polled, 1, 0);
	CALL(close, pair[1]); /* nobody can receive it any more: the pipe's last writer is gone */
	CALL(poll, &polled, 1, 0);
	SHOW_HEX(polled.revents);
}

/* Whether the pipe whose end was put away somewhere has lost its last writer; Linux's collector needs a moment. */
static void collected_show(const char *what, int read_end)
{
	struct pollfd polled = {.fd = read_end, .events = POLLIN};
	int other[2];
	long ready = 0;
	for (int i = 0; i < 50 && !ready; i++) {
		pair_make(SOCK_STREAM, other); /* a socket that is closed starts it */
		QUIET(close, other[0]);
		QUIET(close, other[1]);
		ready = QUIET(poll, &polled, 1, 20);
	}
	NOTE("%s: %ld %#x", what, ready, polled.revents);
}

/* A pipe's write end goes along; its read end. */
static int hide_in(int socket)
{
	int ends[2];
	QUIET(pipe2, ends, 0);
	fds_send(socket, &ends[1], 1);
	QUIET(close, ends[1]);
	return ends[0];
}

CHECK(rights_circles, "sendmsg,close,poll")
{
	int one[2], two[2], kept[2], pipe_end, fd;
	/* A socket in its own queue. */
	pair_make(SOCK_STREAM, one);
	pipe_end = hide_in(one[0]);
	fds_send(one[0], &one[1], 1);
	CALL(close, one[1]);
	CALL(close, one[0]);
	collected_show("itself", pipe_end);
	/* Two in each other's. */
	pair_make(SOCK_DGRAM, one);
	pair_make(SOCK_DGRAM, two);
	pipe_end = hide_in(one[0]);
	fds_send(one[0], &two[1], 1);
	fds_send(two[0], &one[1], 1);
	for (int i = 0; i < 2; i++) {
		CALL(close, one[i]);
		CALL(close, two[i]);
	}
	collected_show("each other", pipe_end);
	/* A circle that can be reached from a queue somebody can read. */
	pair_make(SOCK_SEQPACKET, one);
	pair_make(SOCK_SEQPACKET, kept);
	pipe_end = hide_in(one[0]);
	fds_send(one[0], &one[1], 1);
	fds_send(kept[0], &one[1], 1);
	CALL(close, one[1]);
	CALL(close, one[0]);
	struct pollfd polled = {.fd = pipe_end, .events = POLLIN};
	CALL(poll, &polled, 1, 100);
	fd = message_show(kept[1], 10, 100, 0);
	message_show(fd, 10, 100, 0);
	CALL(poll, &polled, 1, 0);
}

CHECK(rights_in_listeners, "sendmsg,connect,close,poll")
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "server"};
	int server = QUIET(socket, AF_UNIX, SOCK_STREAM, 0), client = QUIET(socket, AF_UNIX, SOCK_STREAM, 0), pipe_end;
	CALL(bind, server, &address, sizeof address);
	CALL(listen, server, 3);
	CALL(connect, client, &address, sizeof address);
	pipe_end = hide_in(client);
	fds_send(client, &server, 1);
	CALL(close, server); /* its last reference waits at itself */
	CALL(close, client);
	collected_show("a connection nobody accepted", pipe_end);
}

CHECK(rights_chain, "sendmsg,close,poll")
{
	int pair[2], next[2], pipe_end;
	pair_make(SOCK_STREAM, pair);
	pipe_end = hide_in(pair[0]);
	QUIET(close, pair[0]);
	for (int i = 0; i < 500; i++) {
		pair_make(SOCK_STREAM, next);
		if (fds_send(next[0], &pair[1], 1) != 1)
			NOTE("failed at %d", i);
		QUIET(close, pair[1]);
		QUIET(close, next[0]);
		pair[1] = next[1];
	}
	CALL(close, pair[1]); /* each one's end is the next one's */
	collected_show("chain", pipe_end);
}

CHECK(rights_too_many, "sendmsg,setrlimit")
{
	struct rlimit limit = {20, 20};
	int status, fds[10] = {0};
	pid_t child = fork();
	if (!child) {
		int pair[2];
		pair_make(SOCK_DGRAM, pair);
		QUIET(setresuid, 4242, 4242, 4242);
		QUIET(setrlimit, RLIMIT_NOFILE, &limit);
		for (int i = 0; i < 4; i++)
			NOTE("ten: %s", result_name(fds_send(pair[0], fds, 10)));
		message_show(pair[1], 1, 100, 0);
		NOTE("ten: %s", result_name(fds_send(pair[0], fds, 10)));
		_exit(0);
	}
	record_made("sendmsg");
	record_made("setrlimit");
	SHOW(waitpid(child, &status, 0) == child);
	SHOW(status);
}

CHECK(rights_between_processes, "sendmsg,recvmsg")
{
	int pair[2], ends[2], status;
	QUIET(socketpair, AF_UNIX, SOCK_STREAM, 0, pair);
	pid_t child = fork();
	if (!child) {
		QUIET(pipe2, ends, 0);
		fds_send(pair[1], ends, 1);
		QUIET(write, ends[1], "from the child", 14);
		_exit(7);
	}
	int fd = message_show(pair[0], 1, 100, 0);
	SHOW(waitpid(child, &status, 0) == child);
	SHOW(WEXITSTATUS(status));
	SHOW_TEXT(text, CALL(read, fd, text, 60));
	CALL(read, fd, text, 60);
	record_made("sendmsg");
}

/* --- credentials --- */

static long credentials_send(int fd, pid_t pid, uid_t uid, gid_t gid)
{
	union control control;
	struct ucred from = {pid, uid, gid};
	struct iovec vector = {text, 1};
	struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control};
	memset(&control, 0, sizeof control);
	message.msg_controllen = CMSG_SPACE(sizeof from);
	control.first = (struct cmsghdr){CMSG_LEN(sizeof from), SOL_SOCKET, SCM_CREDENTIALS};
	memcpy(CMSG_DATA(&control.first), &from, sizeof from);
	text[0] = 'c';
	return QUIET(sendmsg, fd, &message, 0);
}

static void switch_on(int fd, int option, int value)
{
	QUIET(setsockopt, fd, SOL_SOCKET, option, &value, sizeof value);
}

CHECK(credentials_passed, "sendmsg,recvmsg,setsockopt")
{
	int pair[2], fds[1] = {0};
	pair_make(SOCK_DGRAM, pair);
	QUIET(write, pair[0], "before", 6);
	switch_on(pair[1], SO_PASSCRED, 1);
	message_show(pair[1], 10, 200, 0); /* nobody asked when it was sent */
	QUIET(write, pair[0], "after", 5);
	message_show(pair[1], 10, 200, 0);
	NOTE("own: %s", result_name(credentials_send(pair[0], getpid(), 0, 0)));
	message_show(pair[1], 10, 200, 0);
	NOTE("another uid: %s", result_name(credentials_send(pair[0], getpid(), 5, 6)));
	message_show(pair[1], 10, 200, 0);
	NOTE("another pid: %s", result_name(credentials_send(pair[0], getpid() + 1, 0, 0)));
	NOTE("no uid: %s", result_name(credentials_send(pair[0], getpid(), -1, 0)));
	fds_send(pair[0], fds, 1);
	message_show(pair[1], 10, 200, 0);
	fds_send(pair[0], fds, 1);
	message_show(pair[1], 10, 30, 0);
	QUIET(write, pair[0], "no room", 7);
	message_show(pair[1], 10, 0, 0);
	QUIET(write, pair[0], "little", 6);
	message_show(pair[1], 10, 24, 0);
	QUIET(setresuid, -1, 7, -1);
	NOTE("forged: %s", result_name(credentials_send(pair[0], getpid(), 8, 0)));
	QUIET(write, pair[0], "real", 4);
	QUIET(setresuid, -1, 0, -1);
	message_show(pair[1], 10, 200, 0);
}

CHECK(credentials_in_streams, "sendmsg,recvmsg,setsockopt,write")
{
	int pair[2];
	pair_make(SOCK_STREAM, pair);
	switch_on(pair[1], SO_PASSCRED, 1);
	CALL(write, pair[0], "one", 3);
	CALL(write, pair[0], "two", 3);
	credentials_send(pair[0], getpid(), 5, 6);
	CALL(write, pair[0], "four", 4);
	message_show(pair[1], 60, 200, 0); /* one sender's bytes at a time */
	message_show(pair[1], 60, 200, 0);
	message_show(pair[1], 60, 200, 0);
	message_show(pair[1], 60, 200, 0);
	switch_on(pair[1], SO_PASSCRED, 0);
	switch_on(pair[0], SO_PASSCRED, 1);
	CALL(write, pair[0], "sender asks", 11);
	message_show(pair[1], 60, 200, 0);
}

CHECK(credentials_of_connections, "connect,accept,setsockopt,getsockname")
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "server"};
	socklen_t length = sizeof address;
	int server = QUIET(socket, AF_UNIX, SOCK_STREAM, 0), client = QUIET(socket, AF_UNIX, SOCK_STREAM, 0), made;
	CALL(bind, server, &address, sizeof address);
	CALL(listen, server, 3);
	CALL(connect, client, &address, sizeof address);
	CALL(write, client, "early", 5);
	made = CALL(accept, server, NULL, NULL);
	switch_on(made, SO_PASSCRED, 1);
	message_show(made, 60, 200, 0);
	switch_on(server, SO_PASSCRED, 1);
	client = QUIET(socket, AF_UNIX, SOCK_STREAM, 0);
	CALL(setsockopt, client, SOL_SOCKET, SO_PASSCRED, &length, 4);
	CALL(connect, client, &address, sizeof address);
	CALL(getsockname, client, &address, &length); /* who passes credentials has a name */
	SHOW(length);
	CALL(write, client, "early", 5);
	made = CALL(accept, server, NULL, NULL);
	message_show(made, 60, 200, 0);
}

static void peer_show(const char *what, int fd)
{
	struct ucred peer = {1, 2, 3};
	socklen_t length = sizeof peer;
	long result = QUIET(getsockopt, fd, SOL_SOCKET, SO_PEERCRED, &peer, &length);
	NOTE("%s: %s, %u bytes, mine %d, parent's %d, none %d, uid %d gid %d", what, result_name(result), length,
	     peer.pid == getpid(), peer.pid && peer.pid == getppid(), peer.pid == 0, (int)peer.uid, (int)peer.gid);
}

CHECK(credentials_of_peers, "getsockopt,connect,accept,listen")
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "server"};
	struct ucred cut = {-1, 77, 77};
	socklen_t length = 4;
	int server = QUIET(socket, AF_UNIX, SOCK_STREAM, 0), status, pair[2];
	gid_t groups[4] = {99, 99, 99, 99};
	peer_show("new", server);
	CALL(getsockopt, server, SOL_SOCKET, SO_PEERGROUPS, groups, &length);
	CALL(bind, server, &address, sizeof address);
	peer_show("bound", server);
	CALL(listen, server, 3);
	peer_show("listening", server);
	pair_make(SOCK_DGRAM, pair);
	peer_show("pair", pair[0]);
	pid_t child = fork();
	if (!child) {
		int client = QUIET(socket, AF_UNIX, SOCK_STREAM, 0);
		groups[0] = 11;
		groups[1] = 12;
		QUIET(setgroups, 2, groups);
		QUIET(setresgid, 1000, 1001, 1002);
		QUIET(setresuid, 0, 2001, 2002);
		QUIET(setresuid, -1, 0, -1);
		QUIET(connect, client, &address, sizeof address);
		peer_show("client", client);
		_exit(0);
	}
	SHOW(waitpid(child, &status, 0) == child);
	int made = CALL(accept, server, NULL, NULL);
	peer_show("made", made);
	length = 4;
	CALL(getsockopt, made, SOL_SOCKET, SO_PEERCRED, &cut, &length);
	SHOW(length);
	SHOW(cut.uid);
	length = 4;
	CALL(getsockopt, made, SOL_SOCKET, SO_PEERGROUPS, groups, &length);
	SHOW(length);
	length = sizeof groups;
	CALL(getsockopt, made, SOL_SOCKET, SO_PEERGROUPS, groups, &length);
	SHOW(length);
	SHOW(groups[1]);
	record_made("connect");
}
