/* Waiting without sleeping: for whom it is tried, how often it may fail, and that a kick ends it. */
#include "kernel/vfs/spin.h"

#include "arch.h"
#include "kernel/task/thread.h"
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

static void only_for_who_is_elsewhere(void **state)
{
	struct spin spin = {0};

	(void)state;
	fake_thread_begin();
	looks = 0;
	assert_false(spin_until(&spin, never, NULL));
	spin_note(&spin);
	assert_false(spin_until(&spin, never, NULL));
	assert_int_equal(looks, 0);
	spin = elsewhere();
	assert_true(spin_until(&spin, at_the_third_look, NULL));
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
		cmocka_unit_test(only_for_who_is_elsewhere),
		cmocka_unit_test(failures_make_it_rare),
		cmocka_unit_test(a_kick_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
