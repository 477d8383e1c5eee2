/* Epoll: random sets, nestings and operations report what Linux reports, in its order; threads, closing, timers. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "tests/kernel/fake_task.h"
#include "tests/kernel/files.h"
#include "tests/kernel/unit.h"

#define PIPES 3
#define EVENTFDS 3
#define EPOLLS 7
#define FIRST_EVENTFD (2 * PIPES)
#define FIRST_EPOLL (FIRST_EVENTFD + EVENTFDS)
#define OBJECTS (FIRST_EPOLL + EPOLLS)

/* The same objects twice: descriptors of Linux, and of the kernel under test; -1 once closed. */
static int theirs[OBJECTS], ours[OBJECTS];
static char data[70000];

static long result(long value)
{
	return value == -1 ? -errno : value;
}

static void objects_make(void)
{
	for (int i = 0; i < PIPES; i++) {
		assert_int_equal(pipe2(theirs + 2 * i, O_NONBLOCK), 0);
		assert_int_equal(files_pipe(O_NONBLOCK, ours + 2 * i), 0);
	}
	for (int i = 0; i < EVENTFDS; i++) {
		theirs[FIRST_EVENTFD + i] = eventfd(0, EFD_NONBLOCK | (i ? 0 : EFD_SEMAPHORE));
		ours[FIRST_EVENTFD + i] = files_eventfd(0, i == 0);
	}
	for (int i = FIRST_EPOLL; i < OBJECTS; i++) {
		theirs[i] = epoll_create1(0);
		ours[i] = files_epoll();
	}
}

static void object_close(int i)
{
	if (theirs[i] < 0)
		return;
	close(theirs[i]);
	files_close(ours[i]);
	theirs[i] = ours[i] = -1;
}

static int object_pick(int first, int count)
{
	int i = first + rand() % count;

	return theirs[i] < 0 ? -1 : i;
}

static uint32_t events_pick(void)
{
	static const uint32_t bits[] = {EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLPRI, EPOLLET, EPOLLONESHOT, EPOLLRDNORM};
	uint32_t events = rand() % 3 ? EPOLLIN : EPOLLOUT;

	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		events |= rand() % 4 ? 0 : bits[i];
	if (rand() % 12 == 0)
		events |= EPOLLEXCLUSIVE;
	return events;
}

static void control_step(int epoll, int target)
{
	int operation = rand() % 8 ? 1 + rand() % 3 : 7;
	struct epoll_event event = {.events = events_pick(), .data.u64 = (uint64_t)target << 32};
	long expected = result(epoll_ctl(theirs[epoll], operation, theirs[target], &event));

	assert_int_equal(files_epoll_control(ours[epoll], operation, ours[target], event.events, event.data.u64),
			 expected);
}

static void wait_step(int epoll)
{
	struct epoll_event expected[8], found[8];
	int room = 1 + rand() % 8;
	long count = result(epoll_wait(theirs[epoll], expected, room, 0));

	assert_int_equal(files_epoll_wait(ours[epoll], found, room, 0), count);
	for (long i = 0; i < count; i++) {
		assert_int_equal(found[i].events, expected[i].events);
		assert_int_equal(found[i].data.u64, expected[i].data.u64);
	}
}

static void transfer_step(int i)
{
	uint64_t value = rand() % 8 ? 1 : UINT64_MAX - 2;
	size_t bytes = i >= FIRST_EVENTFD ? sizeof(value) : rand() % 3 ? (size_t)rand() % 200 : sizeof(data);
	bool write_it = i >= FIRST_EVENTFD ? rand() % 2 : i % 2;

	if (i >= FIRST_EVENTFD)
		memcpy(data, &value, sizeof(value));
	if (write_it)
		assert_int_equal(files_write(ours[i], data, bytes), result(write(theirs[i], data, bytes)));
	else
		assert_int_equal(files_read(ours[i], data, bytes), result(read(theirs[i], data, bytes)));
}

static void random_step(void)
{
	int epoll = object_pick(FIRST_EPOLL, EPOLLS), object = object_pick(0, OBJECTS), choice = rand() % 100;

	if (epoll < 0 || object < 0)
		return;
	if (choice < 25)
		control_step(epoll, object);
	else if (choice < 60)
		wait_step(epoll);
	else if (choice < 99 && object < FIRST_EPOLL)
		transfer_step(object);
	else if (choice == 99 && rand() % 4 == 0)
		object_close(object);
}

static void random_sequence(unsigned seed)
{
	srand(seed);
	objects_make();
	for (int step = 0; step < 2000; step++)
		random_step();
	for (int i = 0; i < OBJECTS; i++)
		object_close(i);
}

static void random_operations_agree_with_linux(void **state)
{
	size_t memory;

	(void)state;
	random_sequence(1);
	fake_task_take_signal(SIGPIPE);
	memory = files_memory();
	for (unsigned seed = 2; seed < 400; seed++)
		random_sequence(seed);
	fake_task_take_signal(SIGPIPE);
	assert_int_equal(files_memory(), memory);
}

static void entries_stay_until_the_last_close(void **state)
{
	int epoll = files_epoll(), event = files_eventfd(1, false), copy = files_dup(event);
	struct epoll_event found;

	(void)state;
	assert_int_equal(files_epoll_control(epoll, EPOLL_CTL_ADD, event, EPOLLIN, 1), 0);
	assert_int_equal(files_epoll_control(epoll, EPOLL_CTL_ADD, copy, EPOLLIN, 2), 0);
	assert_int_equal(files_epoll_wait(epoll, &found, 1, 0), 1);
	files_close(event);
	assert_int_equal(files_epoll_wait(epoll, &found, 1, 0), 1);
	files_close(copy);
	assert_int_equal(files_epoll_wait(epoll, &found, 1, 0), 0);
	files_close(epoll);
}

#define WORKERS 4
#define ROUNDS 20000

static struct {
	int epoll, event;
	unsigned taken;
} shared;

/* Takes one count of the semaphore for each edge or level it is told of, until all are gone. */
static void *worker(void *argument)
{
	(void)argument;
	fake_thread_begin();
	while (__atomic_load_n(&shared.taken, __ATOMIC_SEQ_CST) < ROUNDS) {
		struct epoll_event found;
		uint64_t value;

		if (files_epoll_wait(shared.epoll, &found, 1, UINT64_MAX) < 0)
			return (void *)1;
		if (files_read(shared.event, &value, sizeof(value)) == sizeof(value))
			__atomic_fetch_add(&shared.taken, 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

static void threads_share_a_set(void **state)
{
	pthread_t threads[WORKERS];
	uint64_t one = 1;

	(void)state;
	shared.epoll = files_epoll();
	shared.event = files_eventfd(0, true);
	assert_int_equal(files_epoll_control(shared.epoll, EPOLL_CTL_ADD, shared.event, EPOLLIN, 1), 0);
	for (int i = 0; i < WORKERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, worker, NULL), 0);
	for (int i = 0; i < ROUNDS; i++)
		assert_int_equal(files_write(shared.event, &one, sizeof(one)), sizeof(one));
	/* Those that went back to sleep after the last count are woken once more. */
	while (__atomic_load_n(&shared.taken, __ATOMIC_SEQ_CST) < ROUNDS)
		usleep(100);
	assert_int_equal(shared.taken, ROUNDS);
	one = WORKERS;
	files_write(shared.event, &one, sizeof(one));
	for (int i = 0; i < WORKERS; i++) {
		void *failed;

		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	files_close(shared.event);
	files_close(shared.epoll);
}

static void *closer(void *argument)
{
	(void)argument;
	fake_thread_begin();
	for (int i = 0; i < ROUNDS; i++) {
		int event = files_eventfd(1, false);

		files_epoll_control(shared.epoll, EPOLL_CTL_ADD, event, EPOLLIN | (i % 2 ? EPOLLET : 0), 1);
		files_close(event);
	}
	return NULL;
}

/* A thread that waits while another opens, adds and closes: entries vanish under the scan. */
static void closing_while_others_wait(void **state)
{
	struct epoll_event found[4];
	pthread_t thread;

	(void)state;
	shared.epoll = files_epoll();
	assert_int_equal(pthread_create(&thread, NULL, closer, NULL), 0);
	for (int i = 0; i < ROUNDS; i++)
		assert_true(files_epoll_wait(shared.epoll, found, 4, 0) >= 0);
	pthread_join(thread, NULL);
	assert_int_equal(files_epoll_wait(shared.epoll, found, 4, 0), 0);
	files_close(shared.epoll);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void timers_wake_sets(void **state)
{
	int epoll = files_epoll(), timer = files_timerfd();
	uint64_t start = now_ns(), value;
	struct epoll_event found;

	(void)state;
	assert_int_equal(files_epoll_control(epoll, EPOLL_CTL_ADD, timer, EPOLLIN | EPOLLET, 1), 0);
	assert_int_equal(files_timer_set(timer, 20000000, 5000000), 0);
	assert_int_equal(files_read(timer, &value, 8), -EAGAIN);
	assert_int_equal(files_epoll_wait(epoll, &found, 1, start + 5000000), 0);
	assert_int_equal(files_epoll_wait(epoll, &found, 1, UINT64_MAX), 1);
	assert_true(now_ns() - start >= 20000000);
	usleep(12000);
	assert_int_equal(files_read(timer, &value, 8), 8);
	assert_true(value >= 3);
	assert_int_equal(files_epoll_wait(epoll, &found, 1, UINT64_MAX), 1);
	assert_int_equal(files_read(timer, &value, 8), 8);
	files_close(timer);
	assert_int_equal(files_epoll_wait(epoll, &found, 1, now_ns() + 10000000), 0);
	files_close(epoll);
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
		cmocka_unit_test_setup(entries_stay_until_the_last_close, thread_setup),
		cmocka_unit_test_setup(threads_share_a_set, thread_setup),
		cmocka_unit_test_setup(closing_while_others_wait, thread_setup),
		cmocka_unit_test_setup(timers_wake_sets, thread_setup),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
