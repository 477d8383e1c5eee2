/* Timers: order, setting anew, disarming, many at random; and a sleeping thread that serves them. */
#include "kernel/task/timer.h"

#include <stdlib.h>

#include "kernel/host/host.h"
#include "kernel/lib/list.h"
#include "kernel/vfs/wait.h"
#include "tests/kernel/fake_task.h"
#include "tests/kernel/unit.h"

#define COUNT 500

struct probe {
	struct timer timer;
	unsigned expired;
	unsigned order;
};

static struct probe probes[COUNT];
static unsigned expired_count;

static void probe_expire(struct timer *timer)
{
	struct probe *probe = container_of(timer, struct probe, timer);

	probe->expired++;
	probe->order = ++expired_count;
}

static int probes_init(void **state)
{
	(void)state;
	expired_count = 0;
	for (unsigned i = 0; i < COUNT; i++) {
		probes[i].expired = 0;
		timer_init(&probes[i].timer, probe_expire);
	}
	return 0;
}

static void expire_in_order(void **state)
{
	(void)state;
	timer_set(&probes[0].timer, 300);
	timer_set(&probes[1].timer, 100);
	timer_set(&probes[2].timer, 200);
	assert_int_equal(timers_next_deadline(), 100);
	timers_run(99);
	assert_int_equal(expired_count, 0);
	timers_run(200);
	assert_int_equal(probes[1].order, 1);
	assert_int_equal(probes[2].order, 2);
	assert_int_equal(timers_next_deadline(), 300);
	assert_true(timer_is_armed(&probes[0].timer));
	assert_false(timer_is_armed(&probes[1].timer));
	timer_set(&probes[0].timer, TIMER_NEVER);
	assert_true(timers_next_deadline() == TIMER_NEVER);
	timers_run(1000);
	assert_int_equal(probes[0].expired, 0);
}

/* Against an array of deadlines. */
static void random_settings(void **state)
{
	uint64_t deadlines[COUNT], now = 0;

	(void)state;
	srand(1);
	for (unsigned i = 0; i < COUNT; i++)
		deadlines[i] = TIMER_NEVER;
	for (unsigned step = 0; step < 20000; step++) {
		unsigned i = (unsigned)rand() % COUNT;
		uint64_t next = TIMER_NEVER;

		deadlines[i] = rand() % 4 ? now + (unsigned)rand() % 1000 : TIMER_NEVER;
		timer_set(&probes[i].timer, deadlines[i]);
		if (rand() % 8 == 0)
			now += (unsigned)rand() % 200;
		timers_run(now);
		for (unsigned k = 0; k < COUNT; k++) {
			bool due = deadlines[k] <= now;

			assert_int_equal(probes[k].expired, due);
			probes[k].expired = 0;
			if (due)
				deadlines[k] = TIMER_NEVER;
			next = deadlines[k] < next ? deadlines[k] : next;
		}
		assert_true(timers_next_deadline() == next);
	}
	for (unsigned i = 0; i < COUNT; i++)
		timer_set(&probes[i].timer, TIMER_NEVER);
}

static struct wait_queue queue;
static uint32_t rang;

static void ring(struct timer *timer)
{
	(void)timer;
	__atomic_store_n(&rang, 1, __ATOMIC_SEQ_CST);
	wait_queue_wake(&queue, 1);
}

static bool has_rung(void *data)
{
	(void)data;
	return __atomic_load_n(&rang, __ATOMIC_SEQ_CST) != 0;
}

static void sleeping_thread_serves_timers(void **state)
{
	uint64_t start = host_monotonic_ns();
	struct timer timer;

	(void)state;
	fake_thread_begin();
	wait_queue_init(&queue);
	timer_init(&timer, ring);
	timer_set(&timer, start + 20000000);
	assert_int_equal(wait_until(&queue, has_rung, NULL, start + 5000000000), 0);
	assert_in_range(host_monotonic_ns() - start, 20000000, 1000000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(expire_in_order, probes_init),
		cmocka_unit_test_setup(random_settings, probes_init),
		cmocka_unit_test(sleeping_thread_serves_timers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
