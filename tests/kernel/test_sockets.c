/*
 * Sockets of AF_UNIX: the same random calls in the kernel and on this machine's Linux have the same results; all
 * memory comes back, whatever was left in whose queue, and when there is too little of it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "fake_process.h"
#include "fake_task.h"
#include "kernel/lib/fault.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/pages.h"
#include "random_files.h"
#include "unit.h"

#define BYTES_MAX 120000
#define SOCKETS_MAX 12
#define SEQUENCES 150
#define STEPS 200

/* The same sockets on both sides. */
struct both {
	int native;
	int ours;
};
static struct both sockets[SOCKETS_MAX];
static int count;
static int native_pipe[2], our_pipe[2];
static char sent[BYTES_MAX], native_bytes[BYTES_MAX], our_bytes[BYTES_MAX];

static long native_call(long number, const long *a)
{
	long result = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);

	return result == -1 ? -errno : result;
}

/* The call on both sides, the descriptor in front of the other arguments: the result. */
static long call_both(long number, const struct both *at, long second, long third, long fourth, long fifth, long sixth)
{
	long native = native_call(number, (const long[]){at->native, second, third, fourth, fifth, sixth});
	long ours = kernel_call(number, at->ours, second, third, fourth, fifth, sixth);

	if (ours == -ERESTART)
		ours = -EINTR;
	if (native != ours)
		printf("call %ld(%lx, %lx, %lx): %ld, not %ld\n", number, second, third, fourth, ours, native);
	assert_int_equal(native, ours);
	return native;
}

static size_t random_bytes(void)
{
	static const size_t sizes[] = {0, 1, 7, 192, 193, 704, 3776, 3777, 16064, 16065, 36544, 36545, 100000};

	return rand() % 2 ? (size_t)rand() % 2000 : sizes[(size_t)rand() % 13];
}

static void sockets_add(int native, int ours)
{
	if (count < SOCKETS_MAX) {
		sockets[count++] = (struct both){native, ours};
	} else {
		close(native);
		kernel_call(SYS_close, ours);
	}
}

static void step_make(void)
{
	static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
	int type = types[rand() % 3] | SOCK_NONBLOCK, native[2], ours[2];

	if (count > SOCKETS_MAX - 2)
		return;
	assert_int_equal(socketpair(AF_UNIX, type, 0, native), 0);
	assert_int_equal(kernel_call(SYS_socketpair, AF_UNIX, type, 0, (long)ours), 0);
	sockets_add(native[0], ours[0]);
	sockets_add(native[1], ours[1]);
}

static void step_close(struct both *at)
{
	call_both(SYS_close, at, 0, 0, 0, 0, 0);
	*at = sockets[--count];
}

static void step_send(struct both *at)
{
	call_both(SYS_sendto, at, (long)sent, (long)random_bytes(), MSG_NOSIGNAL, 0, 0);
}

static void step_receive(struct both *at)
{
	int flags = (rand() % 4 ? 0 : MSG_PEEK) | (rand() % 4 ? 0 : MSG_TRUNC) | (rand() % 4 ? 0 : MSG_WAITALL);
	size_t bytes = random_bytes();
	long native, ours;

	memset(native_bytes, 0, bytes);
	memset(our_bytes, 0, bytes);
	native = native_call(SYS_recvfrom, (const long[]){at->native, (long)native_bytes, (long)bytes, flags, 0, 0});
	ours = kernel_call(SYS_recvfrom, at->ours, (long)our_bytes, (long)bytes, flags, 0, 0);
	assert_int_equal(native, ours);
	assert_memory_equal(native_bytes, our_bytes, bytes);
}

/* struct cmsghdr without its flexible member, which nothing may follow. */
struct control_header {
	size_t cmsg_len;
	int cmsg_level;
	int cmsg_type;
};
_Static_assert(sizeof(struct control_header) == sizeof(struct cmsghdr), "a header");

/* A message of one byte with up to three descriptors. */
static void step_send_descriptors(struct both *at)
{
	struct {
		struct control_header header;
		int fds[4];
	} native = {.header = {CMSG_LEN(0), SOL_SOCKET, SCM_RIGHTS}}, ours = native;
	struct iovec vector = {sent, 1};
	struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = &native};
	long results[2];

	for (int i = 0, fds = rand() % 4; i < fds; i++) {
		/* Linux takes its time to find circles: with it no sockets are sent. */
		native.fds[i] = native_pipe[0];
		ours.fds[i] = our_pipe[0];
		native.header.cmsg_len = ours.header.cmsg_len = CMSG_LEN((size_t)(i + 1) * sizeof(int));
	}
	message.msg_controllen = native.header.cmsg_len;
	results[0] = native_call(SYS_sendmsg, (const long[]){at->native, (long)&message, MSG_NOSIGNAL, 0, 0, 0});
	message.msg_control = &ours;
	results[1] = kernel_call(SYS_sendmsg, at->ours, (long)&message, MSG_NOSIGNAL);
	assert_int_equal(results[0], results[1]);
}

static void step_receive_descriptors(struct both *at)
{
	struct {
		struct control_header header;
		int fds[4];
	} native = {.header = {0}}, ours = {.header = {0}};
	int flags = rand() % 5 ? 0 : MSG_PEEK;
	struct iovec vector = {native_bytes, 1 + (size_t)rand() % 10};
	struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = &native};
	size_t room = 16 + (size_t)rand() % 17;
	unsigned native_flags;
	long results[2];

	message.msg_controllen = room;
	results[0] = native_call(SYS_recvmsg, (const long[]){at->native, (long)&message, flags, 0, 0, 0});
	native_flags = (unsigned)message.msg_flags;
	message.msg_control = &ours;
	message.msg_controllen = room;
	message.msg_flags = 0;
	results[1] = kernel_call(SYS_recvmsg, at->ours, (long)&message, flags);
	assert_int_equal(results[0], results[1]);
	if (results[0] < 0)
		return;
	assert_int_equal(native_flags, message.msg_flags);
	assert_int_equal(native.header.cmsg_len, ours.header.cmsg_len);
	for (size_t i = 0; CMSG_LEN((i + 1) * sizeof(int)) <= native.header.cmsg_len; i++) {
		close(native.fds[i]);
		kernel_call(SYS_close, ours.fds[i]);
	}
}

static void step_ask(struct both *at)
{
	static const unsigned requests[] = {FIONREAD, TIOCOUTQ};
	unsigned request = requests[rand() % 2];
	int values[2] = {0, 0};

	assert_int_equal(native_call(SYS_ioctl, (const long[]){at->native, request, (long)&values[0], 0, 0, 0}),
			 kernel_call(SYS_ioctl, at->ours, request, (long)&values[1]));
	assert_int_equal(values[0], values[1]);
}

static void compare_events(void)
{
	for (int i = 0; i < count; i++) {
		struct pollfd native = {.fd = sockets[i].native, .events = 0x7fff & ~POLLNVAL}, ours = native;

		ours.fd = sockets[i].ours;
		assert_int_equal(poll(&native, 1, 0), kernel_call(SYS_poll, (long)&ours, 1, 0));
		assert_int_equal(native.revents, ours.revents);
	}
}

static void step(void)
{
	struct both *at = count ? &sockets[rand() % count] : NULL;
	int which = at ? rand() % 20 : 0;

	if (which < 2)
		step_make();
	else if (which < 4)
		step_close(at);
	else if (which < 9)
		step_send(at);
	else if (which < 14)
		step_receive(at);
	else if (which < 15)
		call_both(SYS_shutdown, at, rand() % 3, 0, 0, 0, 0);
	else if (which < 16)
		step_ask(at);
	else if (which < 18)
		step_send_descriptors(at);
	else
		step_receive_descriptors(at);
	compare_events();
}

static void test_random(void **state)
{
	size_t before;

	(void)state;
	fake_process_begin();
	assert_int_equal(pipe(native_pipe), 0);
	assert_int_equal(kernel_call(SYS_pipe, (long)our_pipe), 0);
	/* What is made once and stays. */
	step_make();
	while (count)
		step_close(&sockets[0]);
	before = heap_used();
	for (unsigned seed = 0; seed < SEQUENCES; seed++) {
		srand(seed);
		for (int i = 0; i < STEPS; i++)
			step();
		while (count)
			step_close(&sockets[0]);
		assert_int_equal(heap_used(), before);
	}
	fake_process_end();
}

/*
 * --- sockets in messages, and in circles
 */

static int alone_count;
static int alone_fds[SOCKETS_MAX];

static void alone_add(int fd)
{
	if (alone_count < SOCKETS_MAX)
		alone_fds[alone_count++] = fd;
	else
		kernel_call(SYS_close, fd);
}

static void alone_message(bool send)
{
	struct {
		struct control_header header;
		int fds[2];
	} control = {.header = {CMSG_LEN(2 * sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	struct iovec vector = {our_bytes, 1};
	struct msghdr message = {
		.msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	int at = alone_fds[rand() % alone_count], flags = MSG_NOSIGNAL | (send || rand() % 4 ? 0 : MSG_PEEK);

	control.fds[0] = alone_fds[rand() % alone_count];
	control.fds[1] = alone_fds[rand() % alone_count];
	if (kernel_call(send ? SYS_sendmsg : SYS_recvmsg, at, (long)&message, flags) < 0 || send)
		return;
	for (size_t i = 0; i < 2 && message.msg_controllen >= CMSG_LEN((i + 1) * sizeof(int)); i++)
		alone_add(control.fds[i]);
}

static void alone_step(void)
{
	static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
	int which = alone_count ? rand() % 10 : 0, pair[2], at;

	if (which < 2 && alone_count < SOCKETS_MAX - 1) {
		kernel_call(SYS_socketpair, AF_UNIX, types[rand() % 3] | SOCK_NONBLOCK, 0, (long)pair);
		alone_add(pair[0]);
		alone_add(pair[1]);
	} else if (which < 4 && alone_count) {
		at = rand() % alone_count;
		kernel_call(SYS_close, alone_fds[at]);
		alone_fds[at] = alone_fds[--alone_count];
	} else if (alone_count) {
		alone_message(which < 8);
	}
}

static void test_circles(void **state)
{
	size_t before;

	(void)state;
	fake_process_begin();
	before = heap_used();
	for (unsigned seed = 0; seed < SEQUENCES; seed++) {
		int pair[2];

		srand(seed);
		for (int i = 0; i < 3 * STEPS; i++)
			alone_step();
		while (alone_count)
			kernel_call(SYS_close, alone_fds[--alone_count]);
		/* What closed last may still have been in flight: this starts the collector. */
		kernel_call(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, (long)pair);
		kernel_call(SYS_close, pair[0]);
		kernel_call(SYS_close, pair[1]);
		assert_int_equal(heap_used(), before);
	}
	fake_process_end();
}

/* Whichever allocation fails, descriptors and memory are as before, and the next attempt works. */
static void test_no_memory(void **state)
{
	static const struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "/name"};
	int ends[2], server, client, made;
	size_t before;

	(void)state;
	fake_process_begin();
	before = heap_used();
	for (size_t allocations = 0; allocations < 60; allocations++) {
		fault_after(allocations);
		ends[0] = ends[1] = -1;
		kernel_call(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, (long)ends);
		kernel_call(SYS_sendto, ends[0], (long)sent, 40000, MSG_DONTWAIT, 0, 0);
		server = (int)kernel_call(SYS_socket, AF_UNIX, SOCK_SEQPACKET, 0);
		kernel_call(SYS_bind, server, (long)&name, sizeof(name));
		kernel_call(SYS_listen, server, 2);
		client = (int)kernel_call(SYS_socket, AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
		kernel_call(SYS_connect, client, (long)&name, sizeof(name));
		kernel_call(SYS_fcntl, server, F_SETFL, O_NONBLOCK);
		made = (int)kernel_call(SYS_accept, server, 0, 0);
		for (int fd = 0; fd < 8; fd++)
			kernel_call(SYS_close, fd);
		fault_after(SIZE_MAX);
		kernel_call(SYS_unlink, TEXT("/name"));
		if (allocations > 50)
			assert_true(made >= 0);
	}
	fake_process_end();
	fake_process_begin();
	assert_in_range(heap_used(), 0, before + 4096); /* the cache of names keeps some */
	fake_process_end();
}

/* A socket in a queue of one in a queue ...: closing the last one closes all, whatever their number. */
static void test_chain(void **state)
{
	enum { LENGTH = 3000 };
	size_t before;
	int ends[2], next[2];

	(void)state;
	fake_process_begin();
	fake_task_set_limit(7 /* RLIMIT_NOFILE */, 1 << 20);
	before = heap_used();
	assert_int_equal(kernel_call(SYS_socketpair, AF_UNIX, SOCK_DGRAM, 0, (long)ends), 0);
	for (int i = 0; i < LENGTH; i++) {
		struct {
			struct control_header header;
			int fd[2];
		} control = {.header = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
		struct iovec vector = {sent, 1};
		struct msghdr message = {
			.msg_iov = &vector,
			.msg_iovlen = 1,
			.msg_control = &control,
			.msg_controllen = sizeof(control),
		};

		assert_int_equal(kernel_call(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, (long)next), 0);
		control.fd[0] = ends[1];
		assert_int_equal(kernel_call(SYS_sendmsg, next[0], (long)&message, 0), 1);
		kernel_call(SYS_close, ends[1]);
		if (i)
			kernel_call(SYS_close, ends[0]);
		ends[0] = next[0];
		ends[1] = next[1];
		if (i % 1000)
			continue;
		assert_true(heap_used() > before);
	}
	kernel_call(SYS_close, ends[0]);
	kernel_call(SYS_close, ends[1]);
	kernel_call(SYS_close, 0);
	fake_process_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_circles),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_chain),
	};

	signal(SIGPIPE, SIG_IGN);
	fake_thread_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
