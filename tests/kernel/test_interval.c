/* Points in time that come again: counting, what is left, and the kernel's timer for the next one. */
#include "kernel/task/interval.h"

#include <linux/time.h>

#include "kernel/host/host.h"
#include "tests/kernel/unit.h"

#define LAST_NS ((uint64_t)INT64_MAX)

static void never(struct timer *timer)
{
	(void)timer;
	fail();
}

static void counting(void **state)
{
	struct interval interval;

	(void)state;
	interval_init(&interval, CLOCK_MONOTONIC, never);
	assert_int_equal(interval_forward(&interval, 1000), 0);
	assert_int_equal(interval_left(&interval, 0), 0);
	interval_set(&interval, 1000, 50, false, 100);
	assert_int_equal(interval_left(&interval, 1000), 50);
	assert_int_equal(interval_forward(&interval, 1049), 0);
	assert_int_equal(interval_forward(&interval, 1050), 1);
	assert_int_equal(interval_left(&interval, 1050), 100);
	assert_int_equal(interval_forward(&interval, 1449), 3);
	assert_int_equal(interval_left(&interval, 1449), 1);
	interval_set(&interval, 1000, 50, true, 100);
	assert_int_equal(interval_left(&interval, 1000), 0);
	assert_int_equal(interval_forward(&interval, 1000), 10);
	assert_int_equal(interval_left(&interval, 1000), 50);
}

static void once(void **state)
{
	struct interval interval;

	(void)state;
	interval_init(&interval, CLOCK_MONOTONIC, never);
	interval_set(&interval, 1000, 1, false, 0);
	assert_int_equal(interval_forward(&interval, 5000), 1);
	assert_false(interval.armed);
	assert_int_equal(interval_forward(&interval, 6000), 0);
	interval_set(&interval, 1000, 0, false, 7);
	assert_false(interval.armed);
	assert_int_equal(interval_show(&interval, 1000).it_interval.tv_nsec, 7);
}

/* Settings beyond the end of time end there. */
static void far_away(void **state)
{
	struct interval interval;

	(void)state;
	interval_init(&interval, CLOCK_MONOTONIC, never);
	interval_set(&interval, 1000, UINT64_MAX, false, UINT64_MAX);
	assert_true(interval_left(&interval, 1000) == LAST_NS - 1000);
	assert_int_equal(interval_forward(&interval, LAST_NS), 1);
	assert_true(interval.next_ns == LAST_NS);
	interval_set(&interval, 1000, UINT64_MAX, true, 0);
	assert_true(interval.next_ns == LAST_NS);
}

static void waiting(void **state)
{
	struct interval interval;
	uint64_t now_ns;

	(void)state;
	interval_init(&interval, CLOCK_PROCESS_CPUTIME_ID, never);
	interval_set(&interval, 0, 4000000000, false, 0);
	now_ns = host_monotonic_ns();
	interval_start(&interval, 0, 1);
	assert_true(timer_is_armed(&interval.timer));
	assert_true(timers_next_deadline() >= now_ns + 4000000000);
	/* Four threads may reach the point in a quarter of the time. */
	interval_start(&interval, 0, 4);
	assert_true(timers_next_deadline() >= now_ns + 1000000000);
	assert_true(timers_next_deadline() < now_ns + 3000000000);
	interval_stop(&interval);
	assert_false(timer_is_armed(&interval.timer));
	interval_start(&interval, 0, 1);
	assert_false(timer_is_armed(&interval.timer));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counting),
		cmocka_unit_test(once),
		cmocka_unit_test(far_away),
		cmocka_unit_test(waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
