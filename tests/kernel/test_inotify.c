/*
 * inotify inside the kernel: that memory comes back whatever became of an instance, that events which find no memory
 * turn into an overflow, and that watches stand threads which make, change and remove what is watched.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/syscall.h>

#include "fake_process.h"
#include "fake_task.h"
#include "kernel/lib/fault.h"
#include "kernel/lib/heap.h"
#include "random_files.h"
#include "trees.h"
#include "unit.h"

#define ROUNDS 3000

static int begin(void **state)
{
	(void)state;
	fake_process_begin();
	kernel_call(SYS_mkdir, TEXT("/n"), 0755);
	trees_mount_tmpfs("/n", 0);
	kernel_call(SYS_chdir, TEXT("/n"));
	kernel_call(SYS_mkdir, TEXT("d"), 0755);
	return 0;
}

static int end(void **state)
{
	(void)state;
	kernel_call(SYS_rmdir, TEXT("d"));
	kernel_call(SYS_chdir, TEXT("/"));
	trees_unmount();
	fake_process_end();
	return 0;
}

static long queue_new(void)
{
	long queue = kernel_call(SYS_inotify_init1, IN_NONBLOCK);

	assert_true(queue >= 0);
	assert_int_equal(kernel_call(SYS_inotify_add_watch, queue, TEXT("d"), IN_ALL_EVENTS), 1);
	return queue;
}

/* A file's whole life; the watches on it end with it. */
static void file_live(long queue)
{
	long fd = kernel_call(SYS_open, TEXT("d/file"), O_RDWR | O_CREAT, 0644);

	kernel_call(SYS_inotify_add_watch, queue, TEXT("d/file"), IN_ALL_EVENTS);
	kernel_call(SYS_write, fd, TEXT("x"), 1);
	kernel_call(SYS_rename, TEXT("d/file"), TEXT("d/other"));
	kernel_call(SYS_unlink, TEXT("d/other"));
	kernel_call(SYS_close, fd);
}

static void test_memory_comes_back(void **state)
{
	size_t used;
	long queue;

	(void)state;
	file_live(-1);
	trees_forget();
	used = heap_used();
	queue = queue_new();
	file_live(queue);
	/* With events that nobody reads, a watch of something that is gone, and one that is not. */
	kernel_call(SYS_close, queue);
	trees_forget();
	assert_int_equal(heap_used(), used);
}

/* Every allocation fails once: nothing is left behind, and the first call that succeeds is a whole one. */
static void test_without_memory(void **state)
{
	size_t used;
	long queue = -ENOMEM, watch = -ENOMEM;

	(void)state;
	trees_forget();
	used = heap_used();
	for (size_t allocations = 0; queue == -ENOMEM; allocations++) {
		assert_int_equal(heap_used(), used);
		fault_after(allocations);
		queue = kernel_call(SYS_inotify_init1, IN_NONBLOCK);
		fault_after(SIZE_MAX);
	}
	assert_true(queue >= 0);
	for (size_t allocations = 0; watch == -ENOMEM; allocations++) {
		fault_after(allocations);
		watch = kernel_call(SYS_inotify_add_watch, queue, TEXT("d"), IN_ATTRIB);
		fault_after(SIZE_MAX);
	}
	assert_int_equal(watch, 1);
	kernel_call(SYS_close, queue);
	trees_forget();
	assert_int_equal(heap_used(), used);
}

static void test_event_without_memory(void **state)
{
	char buffer[256] __attribute__((aligned(8)));
	const struct inotify_event *event = (const void *)buffer;
	long queue = queue_new();

	(void)state;
	fault_after(0);
	kernel_call(SYS_chmod, TEXT("d"), 0700);
	kernel_call(SYS_chmod, TEXT("d"), 0755);
	fault_after(SIZE_MAX);
	assert_int_equal(kernel_call(SYS_read, queue, TEXT(buffer), sizeof(buffer)), sizeof(*event));
	assert_int_equal(event->mask, IN_Q_OVERFLOW);
	assert_int_equal(event->wd, -1);
	kernel_call(SYS_close, queue);
}

static long shared_queue;

static void *thread_live(void *number)
{
	unsigned seed = (unsigned)(uintptr_t)number;

	fake_thread_begin();
	for (int i = 0; i < ROUNDS; i++) {
		file_live(shared_queue);
		if (rand_r(&seed) % 4 == 0)
			kernel_call(SYS_inotify_rm_watch, shared_queue, 1 + rand_r(&seed) % 8);
	}
	return NULL;
}

/* For the sanitizers, and for locks that would be taken in circles. */
static void test_threads(void **state)
{
	static char buffer[1 << 20];
	pthread_t threads[3];
	size_t used;

	(void)state;
	trees_forget();
	used = heap_used();
	fake_process_set_threads(4);
	shared_queue = queue_new();
	for (uintptr_t i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, thread_live, (void *)i), 0);
	for (int i = 0; i < ROUNDS; i++)
		kernel_call(SYS_read, shared_queue, TEXT(buffer), sizeof(buffer));
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	kernel_call(SYS_close, shared_queue);
	fake_process_set_threads(1);
	trees_forget();
	/* Threads stay known to the process, with what they keep. */
	assert_in_range(heap_used() - used, 0, 3 * 65536);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_memory_comes_back, begin, end),
		cmocka_unit_test_setup_teardown(test_without_memory, begin, end),
		cmocka_unit_test_setup_teardown(test_event_without_memory, begin, end),
		cmocka_unit_test_setup_teardown(test_threads, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
