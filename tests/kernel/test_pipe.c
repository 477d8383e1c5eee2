/* Pipes: random operations with the same results as Linux's own, blocking readers and writers, faults, and the cost. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/kernel/fake_task.h"
#include "tests/kernel/files.h"
#include "tests/kernel/unit.h"

#define BUFFER_BYTES 200000

static char sent[BUFFER_BYTES], ours[BUFFER_BYTES], theirs[BUFFER_BYTES];

static long result(long value)
{
	return value == -1 ? -errno : value;
}

static unsigned native_poll(int fd)
{
	struct pollfd entry = {.fd = fd, .events = (short)~POLLNVAL};

	poll(&entry, 1, 0);
	return (unsigned short)entry.revents;
}

static size_t random_size(void)
{
	static const size_t interesting[] = {0, 1, 64, 4095, 4096, 4097, 8192, 65535, 65536, 65537, 131072};

	return rand() % 2 ? (size_t)rand() % 9000 : interesting[(size_t)rand() % 11];
}

static void random_step(const int native[2], const int fds[2])
{
	size_t bytes = random_size();
	long expected;

	switch (rand() % 10) {
	case 0 ... 3:
		for (size_t i = 0; i < bytes; i++)
			sent[i] = (char)rand();
		expected = result(write(native[1], sent, bytes));
		assert_int_equal(files_write(fds[1], sent, bytes), expected);
		break;
	case 4 ... 7:
		expected = result(read(native[0], theirs, bytes));
		assert_int_equal(files_read(fds[0], ours, bytes), expected);
		if (expected > 0)
			assert_memory_equal(ours, theirs, expected);
		break;
	case 8:
		expected = result(fcntl(native[0], F_SETPIPE_SZ, bytes));
		assert_int_equal(files_pipe_set(fds[0], bytes), expected);
		break;
	case 9:
		bytes = 0;
		assert_int_equal(ioctl(native[0], FIONREAD, &bytes), 0);
		assert_int_equal(files_bytes(fds[0]), bytes);
		assert_int_equal(files_pipe_get(fds[1]), fcntl(native[1], F_GETPIPE_SZ));
		break;
	}
	for (int end = 0; end < 2; end++)
		assert_int_equal(files_poll(fds[end]) & ~0x2000u, native_poll(native[end]));
}

static void random_sequence(unsigned seed, int flags)
{
	int native[2], fds[2], closed = (int)(seed % 2), left = !closed;

	srand(seed);
	assert_int_equal(pipe2(native, flags), 0);
	assert_int_equal(files_pipe((unsigned)flags, fds), 0);
	for (int step = 0; step < 300; step++)
		random_step(native, fds);
	close(native[closed]);
	files_close(fds[closed]);
	assert_int_equal(files_poll(fds[left]), native_poll(native[left]));
	for (int i = 0; i < 20; i++) {
		long expected = left ? result(write(native[1], sent, 10)) : result(read(native[0], theirs, 9000));

		assert_int_equal(left ? files_write(fds[1], sent, 10) : files_read(fds[0], ours, 9000), expected);
	}
	close(native[left]);
	files_close(fds[left]);
}

static void random_operations_agree_with_linux(void **state)
{
	size_t memory;

	(void)state;
	random_sequence(1, O_NONBLOCK);
	memory = files_memory();
	for (unsigned seed = 2; seed < 60; seed++)
		random_sequence(seed, O_NONBLOCK | (seed % 3 ? 0 : O_DIRECT));
	assert_true(fake_task_take_signal(SIGPIPE));
	assert_int_equal(files_memory(), memory);
}

/* A page that can be touched in front of one that cannot. */
static char *edge_make(void)
{
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(pages, MAP_FAILED);
	assert_int_equal(mprotect(pages + 4096, 4096, PROT_NONE), 0);
	return pages + 4096;
}

static void faults_agree_with_linux(void **state)
{
	int native[2], fds[2];
	char *edge = edge_make();

	(void)state;
	assert_int_equal(pipe2(native, O_NONBLOCK), 0);
	assert_int_equal(files_pipe(O_NONBLOCK, fds), 0);
	for (int before = 0; before <= 4096; before += 512) {
		for (size_t bytes = 100; bytes < 9000; bytes += 1700) {
			assert_int_equal(files_write_user(fds[1], edge - before, bytes),
					 result(write(native[1], edge - before, bytes)));
			assert_int_equal(files_read_user(fds[0], edge - before, bytes),
					 result(read(native[0], edge - before, bytes)));
		}
	}
	munmap(edge - 4096, 8192);
	for (int i = 0; i < 2; i++) {
		close(native[i]);
		files_close(fds[i]);
	}
}

#define STREAM_BYTES 20000000

static void *stream_write(void *data)
{
	static unsigned char block[70000];
	const int *fds = data;
	unsigned char next = 0;

	fake_thread_begin();
	for (size_t done = 0; done < STREAM_BYTES;) {
		size_t bytes = 1 + (size_t)rand() % (sizeof(block) - 1);

		if (bytes > STREAM_BYTES - done)
			bytes = STREAM_BYTES - done;
		for (size_t i = 0; i < bytes; i++)
			block[i] = next++;
		if (files_write(fds[1], block, bytes) != (long)bytes)
			return (void *)1;
		done += bytes;
	}
	files_close(fds[1]);
	return NULL;
}

static void blocking_ends_pass_everything_on(void **state)
{
	unsigned char next = 0;
	size_t total = 0;
	pthread_t writer;
	int fds[2];
	void *failed;
	long bytes;

	(void)state;
	assert_int_equal(files_pipe(0, fds), 0);
	assert_int_equal(pthread_create(&writer, NULL, stream_write, fds), 0);
	while ((bytes = files_read(fds[0], ours, 1 + (size_t)rand() % 50000)) > 0) {
		for (long i = 0; i < bytes; i++)
			assert_int_equal((unsigned char)ours[i], next++);
		total += (size_t)bytes;
	}
	assert_int_equal(bytes, 0);
	assert_int_equal(total, STREAM_BYTES);
	pthread_join(writer, &failed);
	assert_null(failed);
	files_close(fds[0]);
}

static int thread_setup(void **state)
{
	(void)state;
	fake_thread_begin();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(random_operations_agree_with_linux, thread_setup),
		cmocka_unit_test_setup(faults_agree_with_linux, thread_setup),
		cmocka_unit_test_setup(blocking_ends_pass_everything_on, thread_setup),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
