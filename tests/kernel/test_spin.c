/* Waiting without sleeping: for whom it is tried, how often it may fail, and that a kick ends it. */
#define _GNU_SOURCE
#include "kernel/vfs/spin.h"

#include <sched.h>

#include "arch.h"
#include "kernel/task/thread.h"
#include "tests/kernel/fake_host.h"
#include "tests/kernel/fake_task.h"
#include "tests/kernel/unit.h"

static unsigned looks;

static bool never(void *data)
{
	(void)data;
	looks++;
	return false;
}

static bool at_the_third_look(void *data)
{
	(void)data;
	return ++looks == 3;
}

/* The other side was last seen where we are not. */
static struct spin elsewhere(void)
{
	return (struct spin){.seen_on = arch_cpu() + 2};
}

static void only_for_who_was_seen(void **state)
{
	struct spin spin = {0};

	(void)state;
	fake_thread_begin();
	looks = 0;
	assert_false(spin_until(&spin, never, NULL));
	assert_int_equal(looks, 0);
	spin = elsewhere();
	assert_true(spin_until(&spin, at_the_third_look, NULL));
}

/* One who runs on this CPU is let run, not looked for. */
static void here_others_run_twice(void **state)
{
	struct spin spin = {0};
	unsigned long before;

	(void)state;
	fake_thread_begin();
	before = fake_host_counts.yield;
	looks = 0;
	spin_note(&spin);
	assert_false(spin_until(&spin, never, NULL));
	assert_int_equal(looks, 2);
	assert_int_equal(fake_host_counts.yield - before, 2);
	assert_int_equal(spin.penalty, 1);
}

static unsigned waits_without(struct spin *spin)
{
	unsigned waits = 0;

	for (looks = 0; !looks; waits++)
		assert_false(spin_until(spin, never, NULL));
	return waits - 1;
}

static void failures_make_it_rare(void **state)
{
	struct spin spin = elsewhere();

	(void)state;
	fake_thread_begin();
	for (unsigned expected = 0; expected < 128; expected = expected ? 2 * expected : 1)
		assert_int_equal(waits_without(&spin), expected);
	assert_int_equal(waits_without(&spin), 128);
	assert_int_equal(waits_without(&spin), 128);
	spin.skipped = spin.penalty;
	looks = 0;
	assert_true(spin_until(&spin, at_the_third_look, NULL));
	assert_int_equal(waits_without(&spin), 0);
}

static void a_kick_ends_it(void **state)
{
	struct spin spin = elsewhere();

	(void)state;
	fake_thread_interrupt(fake_thread_begin());
	looks = 0;
	assert_false(spin_until(&spin, never, NULL));
	assert_int_equal(looks, 1);
	assert_int_equal(spin.penalty, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_for_who_was_seen),
		cmocka_unit_test(here_others_run_twice),
		cmocka_unit_test(failures_make_it_rare),
		cmocka_unit_test(a_kick_ends_it),
	};

	cpu_set_t one;

	/* Who is moved meanwhile is elsewhere. */
	CPU_ZERO(&one);
	CPU_SET(arch_cpu(), &one);
	if (sched_setaffinity(0, sizeof(one), &one) != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
