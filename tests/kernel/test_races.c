/*
 * Threads that do everything to the same descriptors and names at once, for sanitizers: under ThreadSanitizer
 * (`make races`) no two may touch the same words without a lock or atomics; all memory comes back.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#include "fake_process.h"
#include "fake_task.h"
#include "kernel/lib/heap.h"
#include "random_files.h"
#include "trees.h"
#include "unit.h"

#define THREADS 4
#define STEPS 4000
#define DESCRIPTORS 48
#define NAMES 6
#define BYTES_MAX 9000

struct worker {
	pthread_t thread;
	unsigned seed;
	char bytes[BYTES_MAX];
};

static unsigned dice(struct worker *worker, unsigned sides)
{
	return (unsigned)rand_r(&worker->seed) % sides;
}

static int any_fd(struct worker *worker)
{
	return (int)dice(worker, DESCRIPTORS);
}

static const char *any_name(struct worker *worker)
{
	static const char *const names[NAMES] = {"a", "b", "d/a", "d/b", "d/c", "e"};

	return names[dice(worker, NAMES)];
}

/* New ones take the place of old ones: there are never more than DESCRIPTORS. */
static void descriptor_place(struct worker *worker, long fd)
{
	if (fd < 0)
		return;
	kernel_call(SYS_dup3, fd, any_fd(worker), O_CLOEXEC);
	kernel_call(SYS_close, fd);
}

static void pair_make(struct worker *worker)
{
	static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
	int fds[2];
	long result = dice(worker, 2) ? kernel_call(SYS_pipe2, TEXT(fds), O_NONBLOCK)
				      : kernel_call(SYS_socketpair, AF_UNIX, types[dice(worker, 3)] | SOCK_NONBLOCK, 0,
						    TEXT(fds));

	if (result < 0)
		return;
	descriptor_place(worker, fds[0]);
	descriptor_place(worker, fds[1]);
}

static void single_make(struct worker *worker)
{
	switch (dice(worker, 6)) {
	case 0:
		descriptor_place(worker, kernel_call(SYS_eventfd2, dice(worker, 3), EFD_NONBLOCK));
		break;
	case 1:
		descriptor_place(worker, kernel_call(SYS_epoll_create1, 0));
		break;
	case 2:
		descriptor_place(worker, kernel_call(SYS_inotify_init1, IN_NONBLOCK));
		break;
	case 3:
		descriptor_place(worker, kernel_call(SYS_timerfd_create, CLOCK_MONOTONIC, TFD_NONBLOCK));
		break;
	case 4:
		descriptor_place(worker, kernel_call(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
		break;
	default:
		descriptor_place(worker, kernel_call(SYS_memfd_create, TEXT("memory"), 0));
	}
}

static void transfer(struct worker *worker)
{
	size_t bytes = dice(worker, BYTES_MAX);

	switch (dice(worker, 4)) {
	case 0:
		kernel_call(SYS_read, any_fd(worker), TEXT(worker->bytes), bytes);
		break;
	case 1:
		kernel_call(SYS_write, any_fd(worker), TEXT(worker->bytes), bytes);
		break;
	case 2:
		kernel_call(SYS_pread64, any_fd(worker), TEXT(worker->bytes), bytes, dice(worker, 20000));
		break;
	default:
		kernel_call(SYS_pwrite64, any_fd(worker), TEXT(worker->bytes), bytes, dice(worker, 20000));
	}
}

/* With a descriptor in the message, sometimes. */
static void message(struct worker *worker)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.header = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	struct iovec bytes = {worker->bytes, dice(worker, 2000) + 1};
	struct msghdr header = {.msg_iov = &bytes, .msg_iovlen = 1};
	int fd = any_fd(worker);

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	if (dice(worker, 2)) {
		header.msg_control = &control;
		header.msg_controllen = sizeof(control);
	}
	if (dice(worker, 2)) {
		kernel_call(SYS_sendmsg, any_fd(worker), TEXT(&header), MSG_DONTWAIT | MSG_NOSIGNAL);
		return;
	}
	memset(&control, 0, sizeof(control));
	if (kernel_call(SYS_recvmsg, any_fd(worker), TEXT(&header), MSG_DONTWAIT) < 0 ||
	    header.msg_controllen < sizeof(control))
		return;
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	descriptor_place(worker, fd);
}

static void socket_use(struct worker *worker)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = {0, (char)('a' + dice(worker, 3))}};

	switch (dice(worker, 5)) {
	case 0:
		kernel_call(SYS_bind, any_fd(worker), TEXT(&address), 4);
		kernel_call(SYS_listen, any_fd(worker), 2);
		break;
	case 1:
		kernel_call(SYS_connect, any_fd(worker), TEXT(&address), 4);
		break;
	case 2:
		descriptor_place(worker, kernel_call(SYS_accept4, any_fd(worker), 0, 0, SOCK_NONBLOCK));
		break;
	case 3:
		kernel_call(SYS_shutdown, any_fd(worker), dice(worker, 3));
		break;
	default:
		message(worker);
	}
}

static void events_use(struct worker *worker)
{
	struct epoll_event events[8] = {{.events = EPOLLIN | EPOLLOUT | (dice(worker, 2) ? EPOLLET : 0)}};
	struct pollfd polled[3] = {{any_fd(worker), POLLIN, 0}, {any_fd(worker), POLLOUT, 0}, {any_fd(worker), 0, 0}};
	struct itimerspec timer = {.it_value = {.tv_nsec = 1 + dice(worker, 100000)}};

	switch (dice(worker, 6)) {
	case 0:
	case 1:
		kernel_call(SYS_epoll_ctl, any_fd(worker), EPOLL_CTL_ADD, any_fd(worker), TEXT(events));
		break;
	case 2:
		kernel_call(SYS_epoll_ctl, any_fd(worker), EPOLL_CTL_DEL, any_fd(worker), 0);
		break;
	case 3:
		kernel_call(SYS_epoll_wait, any_fd(worker), TEXT(events), 8, 0);
		break;
	case 4:
		kernel_call(SYS_timerfd_settime, any_fd(worker), 0, TEXT(&timer), 0);
		break;
	default:
		kernel_call(SYS_poll, TEXT(polled), 3, dice(worker, 2));
	}
}

static void name_use(struct worker *worker)
{
	static const int flags[] = {O_RDONLY, O_RDWR | O_CREAT, O_WRONLY | O_CREAT | O_TRUNC, O_WRONLY | O_APPEND};
	struct stat status;

	switch (dice(worker, 8)) {
	case 0:
	case 1:
	case 2:
		descriptor_place(worker, kernel_call(SYS_open, TEXT(any_name(worker)), flags[dice(worker, 4)], 0644));
		break;
	case 3:
		kernel_call(SYS_rename, TEXT(any_name(worker)), TEXT(any_name(worker)));
		break;
	case 4:
		kernel_call(SYS_unlink, TEXT(any_name(worker)));
		break;
	case 5:
		kernel_call(SYS_link, TEXT(any_name(worker)), TEXT(any_name(worker)));
		break;
	case 6:
		kernel_call(SYS_inotify_add_watch, any_fd(worker), TEXT(any_name(worker)), IN_ALL_EVENTS);
		break;
	default:
		kernel_call(SYS_stat, TEXT(any_name(worker)), TEXT(&status));
	}
}

static void file_use(struct worker *worker)
{
	struct flock lock = {.l_type = (short)dice(worker, 3), .l_start = dice(worker, 9), .l_len = dice(worker, 9)};

	switch (dice(worker, 6)) {
	case 0:
		kernel_call(SYS_ftruncate, any_fd(worker), dice(worker, 30000));
		break;
	case 1:
		kernel_call(SYS_lseek, any_fd(worker), dice(worker, 30000), SEEK_SET);
		break;
	case 2:
		kernel_call(SYS_fcntl, any_fd(worker), F_SETLK, TEXT(&lock));
		break;
	case 3:
		kernel_call(SYS_fcntl, any_fd(worker), F_SETPIPE_SZ, 4096u << dice(worker, 4));
		break;
	case 4:
		kernel_call(SYS_splice, any_fd(worker), 0, any_fd(worker), 0, dice(worker, 9000), SPLICE_F_NONBLOCK);
		break;
	default:
		kernel_call(SYS_close, any_fd(worker));
	}
}

static void *work(void *data)
{
	static void (*const steps[])(struct worker *) = {pair_make,  single_make, transfer, transfer, socket_use,
							 events_use, name_use,    name_use, file_use};
	struct worker *worker = data;

	fake_thread_begin();
	for (int i = 0; i < STEPS; i++)
		steps[dice(worker, sizeof(steps) / sizeof(steps[0]))](worker);
	return NULL;
}

static void test_everything_at_once(void **state)
{
	static struct worker workers[THREADS];

	(void)state;
	fake_process_begin();
	kernel_call(SYS_mkdir, TEXT("/r"), 0755);
	trees_mount_tmpfs("/r", 0);
	kernel_call(SYS_chdir, TEXT("/r"));
	kernel_call(SYS_mkdir, TEXT("d"), 0755);
	fake_process_set_threads(THREADS + 1);
	for (unsigned i = 0; i < THREADS; i++) {
		workers[i].seed = i + 1;
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(workers[i].thread, NULL);
	fake_process_set_threads(1);
	for (int fd = 0; fd < 1024; fd++)
		kernel_call(SYS_close, fd);
	kernel_call(SYS_chdir, TEXT("/"));
	trees_unmount();
	fake_process_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
