/*
 * Wait queues: no wake is lost, one exclusive waiter at a time, deadlines and signals, events passed on to other
 * queues.
 */
#include "kernel/vfs/wait.h"

#include <linux/errno.h>
#include <pthread.h>

#include "kernel/host/host.h"
#include "tests/kernel/fake_task.h"
#include "tests/kernel/unit.h"

#define THREADS 6
#define ROUNDS 20000

struct counter {
	struct wait_queue queue;
	uint64_t tokens;
	uint64_t taken;
};

static bool has_tokens(void *data)
{
	return __atomic_load_n(&((struct counter *)data)->tokens, __ATOMIC_SEQ_CST) > 0;
}

static bool token_take(struct counter *counter)
{
	uint64_t tokens = __atomic_load_n(&counter->tokens, __ATOMIC_SEQ_CST);

	while (tokens) {
		if (__atomic_compare_exchange_n(&counter->tokens, &tokens, tokens - 1, false, __ATOMIC_SEQ_CST,
						__ATOMIC_SEQ_CST))
			return true;
	}
	return false;
}

static void *consumer(void *data)
{
	struct counter *counter = data;

	fake_thread_begin();
	for (int round = 0; round < ROUNDS; round++) {
		while (!token_take(counter)) {
			if (wait_until(&counter->queue, has_tokens, counter, WAIT_FOREVER) != 0)
				return (void *)1;
		}
		__atomic_fetch_add(&counter->taken, 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

static void no_wake_is_lost(void **state)
{
	struct counter counter = {0};
	pthread_t threads[THREADS];

	(void)state;
	wait_queue_init(&counter.queue);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, consumer, &counter), 0);
	for (int i = 0; i < THREADS * ROUNDS; i++) {
		__atomic_fetch_add(&counter.tokens, 1, __ATOMIC_SEQ_CST);
		wait_queue_wake(&counter.queue, 1);
	}
	for (int i = 0; i < THREADS; i++) {
		void *failed;

		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	assert_int_equal(counter.taken, THREADS * ROUNDS);
	assert_true(wait_queue_is_empty(&counter.queue));
}

static void deadline_ends_the_wait(void **state)
{
	struct counter counter = {0};
	uint64_t start = host_monotonic_ns();

	(void)state;
	fake_thread_begin();
	wait_queue_init(&counter.queue);
	assert_int_equal(wait_until(&counter.queue, has_tokens, &counter, start + 10000000), -ETIMEDOUT);
	assert_true(host_monotonic_ns() - start >= 10000000);
	assert_int_equal(wait_until(&counter.queue, has_tokens, &counter, 0), -ETIMEDOUT);
	assert_true(wait_queue_is_empty(&counter.queue));
}

static void signal_ends_the_wait(void **state)
{
	struct counter counter = {0};
	struct thread *thread = fake_thread_begin();

	(void)state;
	wait_queue_init(&counter.queue);
	fake_thread_interrupt(thread);
	assert_int_equal(wait_until(&counter.queue, has_tokens, &counter, WAIT_FOREVER), -EINTR);
	counter.tokens = 1;
	assert_int_equal(wait_until(&counter.queue, has_tokens, &counter, WAIT_FOREVER), 0);
}

static unsigned told[4], told_events;

static void tell(struct wait_entry *entry, unsigned events)
{
	told[(uintptr_t)entry->poll->owner]++;
	told_events = events;
	wait_entry_wake(entry, entry->thread);
}

static void one_exclusive_entry_is_told(void **state)
{
	struct wait_queue queue;
	struct poll_entry entries[4];
	struct thread *thread = fake_thread_begin();

	(void)state;
	wait_queue_init(&queue);
	for (uintptr_t i = 0; i < 4; i++) {
		poll_entry_init(&entries[i], tell, thread);
		entries[i].owner = (void *)i;
		entries[i].exclusive = i > 0 && i < 3;
		poll_add(&entries[i], &queue);
	}
	wait_queue_wake(&queue, 5);
	assert_int_equal(told[0], 1);
	assert_int_equal(told[1] + told[2], 1);
	assert_int_equal(told[3], 1);
	assert_int_equal(told_events, 5);
	for (unsigned i = 0; i < 4; i++)
		poll_remove(&entries[i]);
	assert_true(wait_queue_is_empty(&queue));
	wait_queue_wake(&queue, 5);
	assert_int_equal(told[0], 1);
}

static struct wait_queue outer;

static void pass_on(struct wait_entry *entry, unsigned events)
{
	wait_queue_pass(entry, &outer, events);
}

static void events_are_passed_on(void **state)
{
	struct wait_queue inner;
	struct poll_entry passing, last;
	struct thread *thread = fake_thread_begin();

	(void)state;
	wait_queue_init(&inner);
	wait_queue_init(&outer);
	poll_entry_init(&passing, pass_on, NULL);
	poll_add(&passing, &inner);
	poll_entry_init(&last, tell, thread);
	last.owner = (void *)3;
	poll_add(&last, &outer);
	told[3] = 0;
	thread_sleep_prepare();
	wait_queue_wake(&inner, 9);
	assert_int_equal(told[3], 1);
	assert_int_equal(told_events, 9);
	assert_int_equal(thread_sleep(WAIT_FOREVER), 0);
	poll_remove(&passing);
	poll_remove(&last);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_wake_is_lost),      cmocka_unit_test(deadline_ends_the_wait),
		cmocka_unit_test(signal_ends_the_wait), cmocka_unit_test(one_exclusive_entry_is_told),
		cmocka_unit_test(events_are_passed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
