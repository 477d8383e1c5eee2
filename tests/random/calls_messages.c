/* Messages through socket pairs: flags, descriptors inside, one end shut down. */
#include "random.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define BYTES_MAX 300
#define DESCRIPTORS_MAX 3

union control {
	struct cmsghdr header;
	char space[CMSG_SPACE(DESCRIPTORS_MAX * sizeof(int))];
};

/* No sockets: those that are in each other go when anybody on the machine closes one. */
static int descriptor_choose(void)
{
	int fd = random_fd();
	struct stat kind;
	return fstat(fd, &kind) == 0 && S_ISSOCK(kind.st_mode) ? FD_FIRST + FD_COUNT : fd;
}

static void message_send(int fd)
{
	char bytes[BYTES_MAX];
	size_t count = random_below(BYTES_MAX), descriptors = random_below(2) ? 0 : 1 + random_below(DESCRIPTORS_MAX);
	struct iovec part = {bytes, count};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	union control control;
	memset(bytes, 'a' + (int)random_below(26), sizeof bytes);
	memset(&control, 0, sizeof control);
	if (descriptors) {
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(descriptors * sizeof(int));
		for (size_t i = 0; i < descriptors; i++)
			((int *)CMSG_DATA(&control.header))[i] = descriptor_choose();
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(descriptors * sizeof(int));
	}
	tell("sendmsg(%d, %zu, %zu descriptors)", fd, count, descriptors);
	tell_result(sendmsg(fd, &message, MSG_NOSIGNAL | (random_below(8) ? 0 : MSG_EOR)));
}

static void message_receive(int fd)
{
	static const int flags[] = {0, 0, MSG_PEEK, MSG_TRUNC, MSG_WAITALL, MSG_CMSG_CLOEXEC};
	char bytes[BYTES_MAX];
	struct iovec part = {bytes, random_below(BYTES_MAX)};
	union control control;
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	int flag = flags[random_below(sizeof flags / sizeof flags[0])];
	/* Descriptors come one by one only where there is room below those that are ours. */
	if (random_below(3)) {
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE((1 + random_below(DESCRIPTORS_MAX)) * sizeof(int));
	}
	tell("recvmsg(%d, %zu, %#x)", fd, part.iov_len, (unsigned)flag);
	long done = tell_result(recvmsg(fd, &message, flag | MSG_DONTWAIT));
	if (done < 0)
		return;
	tell(" flags %#x first %c", (unsigned)message.msg_flags, done > 0 && part.iov_len ? bytes[0] : '-');
	struct cmsghdr *header = message.msg_control ? CMSG_FIRSTHDR(&message) : NULL;
	if (!header || header->cmsg_type != SCM_RIGHTS)
		return;
	for (size_t i = 0; i < (header->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++) {
		int got = ((int *)CMSG_DATA(header))[i];
		tell(" got %d", got);
		if (got >= FD_FIRST + FD_COUNT)
			close(got);
	}
}

static void ends_change(int fd)
{
	int how = (int)random_below(4);
	tell("shutdown(%d, %d)", fd, how);
	tell_result(shutdown(fd, how));
}

static void options_look(int fd)
{
	static const int options[] = {SO_TYPE, SO_DOMAIN, SO_ERROR, SO_ACCEPTCONN, SO_PASSCRED};
	int which = options[random_below(sizeof options / sizeof options[0])], value = -1;
	socklen_t length = sizeof value;
	tell("getsockopt(%d, %d)", fd, which);
	tell_result(getsockopt(fd, SOL_SOCKET, which, &value, &length));
	tell(" %d", value);
}

void call_messages(void)
{
	int fd = random_fd();
	switch (random_below(8)) {
	case 0:
		ends_change(fd);
		return;
	case 1:
		options_look(fd);
		return;
	case 2:
	case 3:
	case 4:
		message_receive(fd);
		return;
	default:
		message_send(fd);
	}
}
