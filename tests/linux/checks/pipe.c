/* Pipes and FIFOs. */
#include "matrix.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

static char big[1 << 20];

CHECK(pipe_basics, "pipe,pipe2,read,write,close")
{
	char bytes[16];
	int ends[2] = {-1, -1};
	CALL(pipe, ends);
	SHOW(ends[0]);
	SHOW(ends[1]);
	CALL(write, ends[1], "abcdef", 6);
	SHOW_TEXT(bytes, CALL(read, ends[0], bytes, 4));
	SHOW_TEXT(bytes, CALL(read, ends[0], bytes, 16));
	CALL(write, ends[1], "x", 0);
	CALL(read, ends[1], bytes, 1);
	CALL(write, ends[0], bytes, 1);
	CALL(write, ends[1], "rest", 4);
	CALL(close, ends[1]);
	SHOW_TEXT(bytes, CALL(read, ends[0], bytes, 16));
	CALL(read, ends[0], bytes, 16);
	CALL(lseek, ends[0], 0, SEEK_CUR);
	CALL(pipe2, ends, 0x1);
	CALL(pipe2, ends, O_CLOEXEC | O_NONBLOCK);
	SHOW(ends[0]);
	CALL(fcntl, ends[0], F_GETFD);
	CALL(read, ends[0], bytes, 1);
	CALL(read, ends[0], bytes, 0);
	CALL(fsync, ends[0]);
	FOR_ADDRESSES(pipe2, BAD, 0);
	CALL(dup, 0); /* a failed pipe2 leaves nothing open */
}

CHECK(pipe_broken, "write,writev,close")
{
	int ends[2];
	struct iovec vector = {big, 10};
	CALL(pipe2, ends, 0);
	CALL(close, ends[0]);
	CALL(write, ends[1], "x", 1);
	CALL(write, ends[1], "x", 0);
	CALL(write, ends[1], NULL, 1);
	CALL(writev, ends[1], &vector, 1);
}

CHECK(pipe_capacity, "write,read,fcntl,ioctl")
{
	int ends[2], queued;
	CALL(pipe2, ends, O_NONBLOCK);
	CALL(fcntl, ends[0], F_GETPIPE_SZ);
	CALL(write, ends[1], big, sizeof big);
	CALL(write, ends[1], big, 1);
	CALL(ioctl, ends[0], FIONREAD, &queued);
	SHOW(queued);
	CALL(read, ends[0], big, 100);
	CALL(write, ends[1], big, 100); /* the page it was in is not free yet */
	CALL(read, ends[0], big, 4000);
	CALL(write, ends[1], big, 4096);
	CALL(write, ends[1], big, 4097);
	CALL(read, ends[0], big, sizeof big);
	CALL(read, ends[0], big, 1);
}

CHECK(pipe_atomic_writes, "write,read")
{
	int ends[2];
	CALL(pipe2, ends, O_NONBLOCK);
	CALL(write, ends[1], big, 65536 - 4096);
	CALL(write, ends[1], big, 4097); /* more than PIPE_BUF: as much as fits */
	CALL(read, ends[0], big, 4096);
	CALL(write, ends[1], big, 4096);
	CALL(write, ends[1], big, 1);
	CALL(read, ends[0], big, 8192);
	CALL(write, ends[1], big, 20000);
	CALL(read, ends[0], big, sizeof big);
}

CHECK(pipe_small_writes_merge, "write,read")
{
	int ends[2];
	CALL(pipe2, ends, O_NONBLOCK);
	long count = 0;
	while (count < 200000 && QUIET(write, ends[1], big, 10) == 10)
		count++;
	SHOW(count); /* small pieces share pages */
	CALL(read, ends[0], big, sizeof big);
}

CHECK(pipe_resize, "fcntl,write,read")
{
	int ends[2];
	CALL(pipe2, ends, O_NONBLOCK);
	CALL(fcntl, ends[0], F_SETPIPE_SZ, 0);
	CALL(fcntl, ends[0], F_SETPIPE_SZ, 1);
	CALL(fcntl, ends[1], F_GETPIPE_SZ);
	CALL(write, ends[1], big, 10000);
	CALL(fcntl, ends[1], F_SETPIPE_SZ, 5000);
	CALL(fcntl, ends[1], F_SETPIPE_SZ, 70000);
	CALL(write, ends[1], big, sizeof big);
	CALL(fcntl, ends[1], F_SETPIPE_SZ, 65536);
	CALL(fcntl, ends[1], F_SETPIPE_SZ, 1 << 20);
	CALL(fcntl, ends[1], F_SETPIPE_SZ, (1 << 20) + 1);
	CALL(fcntl, ends[1], F_SETPIPE_SZ, -1);
	CALL(fcntl, 0, F_SETPIPE_SZ, 4096);
	CALL(read, ends[0], big, sizeof big);
	CALL(fcntl, ends[1], F_SETPIPE_SZ, 4096);
}

static void pipe_poll_show(const char *when, const int ends[2])
{
	struct pollfd polled[2] = {{ends[0], POLLIN | POLLOUT | POLLRDHUP | POLLPRI, 0},
				   {ends[1], POLLIN | POLLOUT | POLLRDHUP | POLLPRI, 0}};
	long count = QUIET(poll, polled, 2, 0);
	NOTE("%s: %ld reader %#x writer %#x", when, count, polled[0].revents, polled[1].revents);
}

CHECK(pipe_poll, "poll,close,write,read")
{
	int ends[2];
	CALL(pipe2, ends, O_NONBLOCK);
	pipe_poll_show("empty", ends);
	CALL(write, ends[1], "x", 1);
	pipe_poll_show("one byte", ends);
	CALL(write, ends[1], big, sizeof big);
	pipe_poll_show("full", ends);
	CALL(read, ends[0], big, 100);
	pipe_poll_show("100 bytes out", ends);
	CALL(read, ends[0], big, 4000);
	pipe_poll_show("a page out", ends);
	CALL(close, ends[0]);
	pipe_poll_show("no reader", ends);
	CALL(pipe2, ends, O_NONBLOCK);
	CALL(write, ends[1], "x", 1);
	CALL(close, ends[1]);
	pipe_poll_show("no writer, a byte left", ends);
	CALL(read, ends[0], big, 1);
	pipe_poll_show("no writer, empty", ends);
}

CHECK(pipe_partial_fault, "write,read")
{
	int ends[2];
	char *pages = guarded_pages(1);
	REQUIRE(pages);
	CALL(pipe2, ends, O_NONBLOCK);
	CALL(write, ends[1], pages + PAGE - 10, 20);
	CALL(ioctl, ends[0], FIONREAD, big);
	SHOW(big[0]);
	CALL(read, ends[0], big, 100);
	CALL(write, ends[1], "0123456789", 10);
	CALL(read, ends[0], pages + PAGE - 4, 10);
	CALL(read, ends[0], pages + PAGE, 10);
	CALL(read, ends[0], big, 100);
	FOR_ADDRESSES(write, ends[1], BAD, 1);
	FOR_ADDRESSES(read, ends[0], BAD, 1);
}

CHECK(pipe_packets, "pipe2,write,read")
{
	int ends[2];
	CALL(pipe2, ends, O_NONBLOCK | O_DIRECT);
	CALL(write, ends[1], "first", 5);
	CALL(write, ends[1], "second", 6);
	CALL(read, ends[0], big, 2); /* the rest of the packet is lost */
	CALL(read, ends[0], big, 100);
	CALL(read, ends[0], big, 100);
	CALL(fcntl, ends[0], F_GETFL);
}

CHECK(pipe_reopened, "open,read,write")
{
	int ends[2];
	char bytes[8];
	CALL(pipe2, ends, O_NONBLOCK);
	long again = CALL(open, "/proc/self/fd/3", O_WRONLY | O_NONBLOCK);
	CALL(write, again, "abc", 3);
	SHOW_TEXT(bytes, CALL(read, ends[0], bytes, 8));
	CALL(close, ends[1]);
	CALL(read, ends[0], bytes, 8);
	CALL(close, again);
	CALL(read, ends[0], bytes, 8);
}

CHECK(fifo_open, "open,mknod,read,write")
{
	char bytes[8];
	CALL(mknod, "f", S_IFIFO | 0644, 0);
	CALL(open, "f", O_WRONLY | O_NONBLOCK);
	long reader = CALL(open, "f", O_RDONLY | O_NONBLOCK);
	CALL(read, reader, bytes, 8);
	long writer = CALL(open, "f", O_WRONLY | O_NONBLOCK);
	CALL(read, reader, bytes, 8);
	CALL(write, writer, "abc", 3);
	CALL(read, reader, bytes, 2);
	CALL(close, writer);
	CALL(read, reader, bytes, 8);
	CALL(read, reader, bytes, 8);
	CALL(close, reader);
	long both = CALL(open, "f", O_RDWR); /* never blocks */
	CALL(write, both, "xyz", 3);
	CALL(read, both, bytes, 8);
	CALL(lseek, both, 0, SEEK_SET);
	CALL(ftruncate, both, 0);
	CALL(open, "f", O_RDWR | O_TRUNC);
}

CHECK(fifo_lifetime, "open,unlink,rename,poll")
{
	char bytes[8];
	CALL(mknod, "f", S_IFIFO | 0644, 0);
	long reader = CALL(open, "f", O_RDONLY | O_NONBLOCK);
	struct pollfd polled = {(int)reader, POLLIN, 0};
	CALL(poll, &polled, 1, 0); /* nobody wrote yet: no hang-up */
	SHOW_HEX(polled.revents);
	CALL(rename, "f", "g");
	long writer = CALL(open, "g", O_WRONLY | O_NONBLOCK);
	CALL(unlink, "g");
	CALL(write, writer, "abc", 3);
	SHOW_TEXT(bytes, CALL(read, reader, bytes, 8));
	CALL(close, writer);
	CALL(poll, &polled, 1, 0);
	SHOW_HEX(polled.revents);
	CALL(open, "/proc/self/fd/3", O_WRONLY | O_NONBLOCK);
	CALL(poll, &polled, 1, 0);
	SHOW_HEX(polled.revents);
}
