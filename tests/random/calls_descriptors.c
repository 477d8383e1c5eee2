/* Pipes, socket pairs, event counters and what can be done to any descriptor. None of them ever waits. */
#include "random.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define BYTES_MAX 700

static unsigned char bytes[BYTES_MAX];

static void bytes_fill(size_t count)
{
	unsigned value = random_below(256);
	for (size_t i = 0; i < count; i++)
		bytes[i] = (unsigned char)(value + i * 7);
}

static unsigned bytes_sum(size_t count)
{
	unsigned sum = 0;
	for (size_t i = 0; i < count; i++)
		sum = sum * 31 + bytes[i];
	return sum;
}

/* So small that no socket is ever full: how much it holds is each kernel's own affair. Pipes hold the same. */
static size_t size_choose(void)
{
	return random_below(4) ? random_below(100) : random_below(BYTES_MAX);
}

static void make(void)
{
	static const int kinds[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
	int ends[2] = {-1, -1}, which = (int)random_below(7), extra = random_below(2) ? O_CLOEXEC : 0;
	if (fcntl(FD_FIRST + FD_COUNT - 4, F_GETFD) >= 0) {
		tell("enough");
		return;
	}
	if (which == 6) {
		tell("eventfd(%d)", extra ? 1 : 0);
		tell_result(eventfd(3, EFD_NONBLOCK | (extra ? EFD_SEMAPHORE : 0)));
	} else if (which < 3) {
		int packets = random_below(6) ? 0 : O_DIRECT;
		tell("pipe2(%#x)", packets | extra);
		tell_result(pipe2(ends, O_NONBLOCK | packets | extra));
		tell(" %d %d", ends[0], ends[1]);
	} else {
		int kind = kinds[random_below(3)];
		tell("socketpair(%d)", kind);
		tell_result(socketpair(AF_UNIX, kind | SOCK_NONBLOCK, 0, ends));
		tell(" %d %d", ends[0], ends[1]);
	}
}

static void control(void)
{
	int fd = random_fd(), count = -1;
	switch (random_below(6)) {
	case 0:
		tell("F_GETFL(%d)", fd);
		tell_result(fcntl(fd, F_GETFL));
		return;
	case 1:
		count = random_below(2) ? O_APPEND : 0;
		tell("F_SETFL(%d, %#x)", fd, count);
		tell_result(fcntl(fd, F_SETFL, count | O_NONBLOCK));
		return;
	case 2:
		tell("F_GETPIPE_SZ(%d)", fd);
		tell_result(fcntl(fd, F_GETPIPE_SZ));
		return;
	case 3:
		count = 1 << (10 + random_below(8));
		tell("F_SETPIPE_SZ(%d, %d)", fd, count);
		tell_result(fcntl(fd, F_SETPIPE_SZ, count));
		return;
	case 4:
		tell("F_GETFD(%d)", fd);
		tell_result(fcntl(fd, F_GETFD));
		return;
	default:
		tell("FIONREAD(%d)", fd);
		tell_result(ioctl(fd, FIONREAD, &count));
		tell(" %d", count);
	}
}

static void transfer(void)
{
	int fd = random_fd();
	size_t count = random_below(8) ? size_choose() : random_below(17),
	       first = random_below(2) ? count / 3 : count / 2;
	struct iovec parts[2] = {{bytes, first}, {bytes + first, count - first}};
	long done;
	switch (random_below(5)) {
	case 0:
	case 1:
		bytes_fill(count);
		tell("write(%d, %zu)", fd, count);
		tell_result(write(fd, bytes, count));
		return;
	case 2:
		bytes_fill(count);
		tell("writev(%d, %zu)", fd, count);
		tell_result(writev(fd, parts, 2));
		return;
	case 3:
		tell("readv(%d, %zu)", fd, count);
		done = tell_result(readv(fd, parts, 2));
		break;
	default:
		tell("read(%d, %zu)", fd, count);
		done = tell_result(read(fd, bytes, count));
	}
	if (done > 0)
		tell(" %08x", bytes_sum((size_t)done));
}

static bool is_socket(int fd)
{
	struct stat kind;
	return fstat(fd, &kind) == 0 && S_ISSOCK(kind.st_mode);
}

static void move(void)
{
	int in = random_fd(), out = random_fd();
	unsigned count = random_below(random_below(2) ? 6000 : 40), tee_it = random_below(3) == 0;
	/* How many pages of a pipe bytes take that came from a socket is each kernel's own affair. */
	if (is_socket(in)) {
		tell("socket");
		return;
	}
	if (is_socket(out))
		count %= 40;
	tell("%s(%d, %d, %u)", tee_it ? "tee" : "splice", in, out, count);
	if (tee_it)
		tell_result(tee(in, out, count, SPLICE_F_NONBLOCK));
	else
		tell_result(splice(in, NULL, out, NULL, count, SPLICE_F_NONBLOCK));
}

static void look(void)
{
	struct pollfd list[FD_COUNT];
	for (int i = 0; i < FD_COUNT; i++)
		list[i] = (struct pollfd){.fd = FD_FIRST + i, .events = POLLIN | POLLOUT | POLLRDHUP | POLLPRI};
	tell("poll");
	tell_result(poll(list, FD_COUNT, 0));
	for (int i = 0; i < FD_COUNT; i++) {
		if (list[i].revents & ~POLLNVAL)
			tell(" %d:%#x", list[i].fd, (unsigned)list[i].revents);
	}
}

static void change(void)
{
	int fd = random_fd(), to = FD_FIRST + (int)random_below(FD_COUNT);
	switch (random_below(4)) {
	case 0:
		tell("dup2(%d, %d)", fd, to);
		tell_result(dup2(fd, to));
		return;
	case 1:
		tell("dup3(%d, %d)", fd, to);
		tell_result(dup3(fd, to, O_CLOEXEC));
		return;
	default:
		tell("close(%d)", fd);
		tell_result(close(fd));
	}
}

void call_descriptors(void)
{
	static void (*const calls[])(void) = {make,     make,     control, transfer, transfer,
					      transfer, transfer, move,    look,     change};
	calls[random_below(sizeof calls / sizeof calls[0])]();
}
