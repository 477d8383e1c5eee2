/* How much fits in a pipe whose pages came from elsewhere: each takes a slot, and is not always filled up. */
#include "../conform.h"

#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

#define NONBLOCK 2 /* SPLICE_F_NONBLOCK */

static char bytes[200000];

static long held(int fd)
{
	int count = -1;
	QUIET(ioctl, fd, FIONREAD, &count);
	return count;
}

/* Until no byte fits any more; how many times. */
static long fill(int fd, long count)
{
	long times = 0;
	while (QUIET(write, fd, bytes, count) == count)
		times++;
	return times;
}

CHECK(splice_pipe_moves, "splice,write,read,ioctl")
{
	int in[2], out[2];
	CALL(pipe2, in, O_NONBLOCK);
	CALL(pipe2, out, O_NONBLOCK);
	/* All of a page: it can be added to as before. */
	CALL(write, in[1], bytes, 100);
	CALL(splice, in[0], NULL, out[1], NULL, 100, 0);
	SHOW(fill(out[1], 100));
	CALL(read, out[0], bytes, sizeof bytes);
	/* A part of it: only the rest can be. */
	CALL(write, in[1], bytes, 100);
	CALL(splice, in[0], NULL, out[1], NULL, 40, 0);
	SHOW(fill(out[1], 100));
	SHOW(fill(in[1], 100));
	SHOW(held(in[0]));
	SHOW(held(out[0]));
	CALL(splice, in[0], NULL, out[1], NULL, 40, 0);
	CALL(read, out[0], bytes, 5000);
	CALL(splice, in[0], NULL, out[1], NULL, 20000, 0);
	SHOW(held(in[0]));
	SHOW(held(out[0]));
}

CHECK(splice_pipe_large, "splice,write,read,fcntl")
{
	int in[2], out[2];
	CALL(pipe2, in, O_NONBLOCK);
	CALL(pipe2, out, O_NONBLOCK);
	CALL(fcntl, in[1], F_SETPIPE_SZ, 1 << 18);
	CALL(fcntl, out[1], F_SETPIPE_SZ, 1 << 17);
	CALL(write, in[1], bytes, sizeof bytes);
	CALL(splice, in[0], NULL, out[1], NULL, sizeof bytes, 0);
	CALL(splice, in[0], NULL, out[1], NULL, sizeof bytes, 0);
	CALL(fcntl, out[1], F_SETPIPE_SZ, 1 << 16);
	CALL(fcntl, out[1], F_SETPIPE_SZ, 1 << 18);
	CALL(splice, in[0], NULL, out[1], NULL, sizeof bytes, 0);
	CALL(read, out[0], bytes, sizeof bytes);
}

CHECK(tee_capacity, "tee,write,read,ioctl,splice")
{
	int in[2], out[2];
	CALL(pipe2, in, O_NONBLOCK);
	CALL(pipe2, out, O_NONBLOCK);
	CALL(write, in[1], bytes, 5000);
	long times = 0;
	while (QUIET(tee, in[0], out[1], 10, 0) == 10)
		times++;
	SHOW(times);
	CALL(tee, in[0], out[1], 10, NONBLOCK);
	CALL(write, out[1], bytes, 1);
	SHOW(held(out[0]));
	CALL(read, out[0], bytes, 25);
	CALL(tee, in[0], out[1], 5000, 0); /* two pages of the first, of one and a bit of the second */
	SHOW(held(out[0]));
	CALL(tee, in[0], out[1], 5000, 0);
	CALL(read, out[0], bytes, sizeof bytes);
	SHOW(fill(in[1], 100)); /* what was seen elsewhere can be added to */
	CALL(tee, in[0], out[1], sizeof bytes, 0);
	CALL(write, out[1], bytes, 1);
	close(out[0]);
	CALL(tee, in[0], out[1], 10, 0);
	CALL(splice, in[0], NULL, out[1], NULL, 10, 0);
}

CHECK(splice_file_capacity, "splice,sendfile,write,read,ftruncate")
{
	int ends[2];
	CALL(pipe2, ends, O_NONBLOCK);
	long file = CALL(open, "file", O_RDWR | O_CREAT, 0600);
	CALL(write, file, bytes, 100000);
	long at = 4000, times = 0;
	CALL(splice, file, &at, ends[1], NULL, 200, 0); /* parts of two pages */
	while (QUIET(splice, file, &at, ends[1], NULL, 10, NONBLOCK) == 10)
		times++;
	SHOW(times);
	SHOW(held(ends[0]));
	CALL(write, ends[1], bytes, 1);
	CALL(read, ends[0], bytes, sizeof bytes);
	at = 4095;
	CALL(splice, file, &at, ends[1], NULL, 65536, 0);
	SHOW(at);
	CALL(splice, file, &at, ends[1], NULL, 65536, NONBLOCK);
	CALL(read, ends[0], bytes, 4097);
	at = 100;
	CALL(sendfile, ends[1], file, &at, 10000);
	SHOW(at);
	SHOW(held(ends[0]));
	CALL(read, ends[0], bytes, sizeof bytes);
	CALL(ftruncate, file, 0);
	CALL(ftruncate, file, 20000); /* a hole */
	at = 460;
	CALL(splice, file, &at, ends[1], NULL, 9000, 0);
	SHOW(fill(ends[1], 4096));
}

CHECK(vmsplice_capacity, "vmsplice,write,read")
{
	static char memory[32 * 4096] __attribute__((aligned(4096)));
	struct iovec parts[3] = {{memory + 4000, 200}, {memory, 0}, {memory + 8192, 10}};
	int ends[2];
	CALL(pipe2, ends, O_NONBLOCK);
	CALL(vmsplice, ends[1], parts, 3, NONBLOCK);
	SHOW(fill(ends[1], 100));
	CALL(read, ends[0], bytes, sizeof bytes);
	long times = 0;
	while (QUIET(vmsplice, ends[1], parts + 2, 1, NONBLOCK) == 10)
		times++;
	SHOW(times);
	CALL(vmsplice, ends[1], parts, 3, NONBLOCK);
	CALL(read, ends[0], bytes, sizeof bytes);
	parts[0] = (struct iovec){memory + 1, sizeof memory - 1};
	CALL(vmsplice, ends[1], parts, 1, NONBLOCK);
	CALL(read, ends[0], bytes, 12);
	parts[1] = (struct iovec){NULL, 1};
	parts[0].iov_len = 5;
	CALL(read, ends[0], bytes, sizeof bytes);
	CALL(vmsplice, ends[1], parts, 2, NONBLOCK);
	CALL(vmsplice, ends[1], parts + 1, 1, NONBLOCK);
	CALL(read, ends[0], bytes, sizeof bytes);
}

/* Of the pipe first: whether it is broken or full. */
CHECK(splice_refused, "splice,tee,sendfile,eventfd2")
{
	int ends[2], ended[2];
	CALL(pipe2, ends, O_NONBLOCK);
	CALL(pipe2, ended, O_NONBLOCK);
	long from = CALL(eventfd2, 1, EFD_NONBLOCK);
	CALL(splice, ended[0], NULL, ends[1], NULL, 8, 0);
	close(ended[1]);
	CALL(splice, ended[0], NULL, ends[1], NULL, 8, 0);
	CALL(splice, from, NULL, ends[1], NULL, 8, 0);
	CALL(sendfile, ends[1], from, NULL, 8);
	SHOW(fill(ends[1], 4096));
	CALL(splice, from, NULL, ends[1], NULL, 8, 0);
	CALL(sendfile, ends[1], from, NULL, 8);
	CALL(splice, ended[0], NULL, ends[1], NULL, 8, 0);
	CALL(tee, ended[0], ends[1], 8, 0);
	close(ends[0]);
	CALL(splice, from, NULL, ends[1], NULL, 8, 0);
	CALL(sendfile, ends[1], from, NULL, 8);
	CALL(splice, ended[0], NULL, ends[1], NULL, 8, 0);
	CALL(tee, ended[0], ends[1], 8, 0);
}

CHECK(splice_packets, "splice,tee,write,read,pipe2")
{
	int in[2], out[2];
	CALL(pipe2, in, O_NONBLOCK | O_DIRECT);
	CALL(pipe2, out, O_NONBLOCK);
	CALL(write, in[1], "first", 5);
	CALL(write, in[1], "second", 6);
	CALL(tee, in[0], out[1], 8, 0);
	SHOW_TEXT(bytes, CALL(read, out[0], bytes, 100)); /* they are packets there, too */
	SHOW_TEXT(bytes, CALL(read, out[0], bytes, 100));
	CALL(splice, in[0], NULL, out[1], NULL, 7, 0);
	CALL(write, out[1], "third", 5);
	SHOW_TEXT(bytes, CALL(read, out[0], bytes, 2));
	SHOW_TEXT(bytes, CALL(read, out[0], bytes, 100));
	SHOW_TEXT(bytes, CALL(read, out[0], bytes, 100));
	SHOW_TEXT(bytes, CALL(read, in[0], bytes, 100));
}

CHECK(eventfd_vectors, "writev,readv,read,eventfd2")
{
	uint64_t values[3] = {1, 20, 300}, seen = 0;
	struct iovec parts[4] = {{&values[0], 8}, {&values[1], 8}, {&values[2], 0}, {&values[2], 8}};
	struct iovec halves[2] = {{&seen, 4}, {(char *)&seen + 4, 4}};
	long fd = CALL(eventfd2, 0, EFD_NONBLOCK);
	CALL(writev, fd, parts, 2); /* each is a write */
	CALL(read, fd, &seen, 8);
	SHOW(seen);
	CALL(writev, fd, parts + 1, 3);
	CALL(read, fd, &seen, 8);
	SHOW(seen);
	CALL(writev, fd, parts + 2, 2); /* the first has nothing */
	CALL(writev, fd, parts + 2, 1);
	parts[1].iov_len = 7;
	CALL(writev, fd, parts, 2);
	CALL(writev, fd, halves, 2);
	CALL(readv, fd, halves, 2);
	SHOW(seen);
	parts[1] = (struct iovec){NULL, 8};
	CALL(writev, fd, parts, 2);
	CALL(writev, fd, parts + 1, 1);
	values[1] = UINT64_MAX;
	parts[1].iov_base = &values[1];
	CALL(writev, fd, parts, 2);
	values[1] = UINT64_MAX - 1;
	CALL(writev, fd, parts, 2);
	CALL(read, fd, &seen, 8);
	SHOW(seen);
}
