/* Rows of the table of host calls that make sense: what the assembler takes for granted, and what no row may lack. */
#include "tender/policy/policy.h"
#include "tests/unit/unit.h"

/* WITHIN adds argument 2, which must be known to be below 4 GiB by then. */
static bool length_is_checked_before(const struct hostcall *row, unsigned arg)
{
	for (unsigned i = 0; i < arg; i++) {
		if (row->args[i].index == 2 && row->args[i].test == HOSTCALL_TEST_WHOLE)
			return true;
	}
	return false;
}

static bool value_is_a_devices(enum hostcall_value value, enum hostcall_feature *feature)
{
	*feature = value == HOSTCALL_VALUE_NET_FD    ? HOSTCALL_FEATURE_NET
		   : value == HOSTCALL_VALUE_KICK_FD ? HOSTCALL_FEATURE_RING
						     : HOSTCALL_FEATURE_BLOCK;
	return value == HOSTCALL_VALUE_NET_FD || value == HOSTCALL_VALUE_KICK_FD || value == HOSTCALL_VALUE_BLOCK_FD ||
	       value == HOSTCALL_VALUE_BLOCK_SIZE || value == HOSTCALL_VALUE_BLOCK_LAST ||
	       value == HOSTCALL_VALUE_BLOCK_DEVICE;
}

static bool value_is_a_range(enum hostcall_value value)
{
	return value == HOSTCALL_VALUE_USER || value == HOSTCALL_VALUE_ARENA || value == HOSTCALL_VALUE_BLOCK_DEVICE;
}

static bool test_is_of_a_range(enum hostcall_test test)
{
	return test == HOSTCALL_TEST_INSIDE || test == HOSTCALL_TEST_LOW_OR_INSIDE || test == HOSTCALL_TEST_WITHIN;
}

/* A range's address is worth nothing without a length that ends in the 4 GiB behind it. */
static bool address_has_a_length(const struct hostcall *row)
{
	for (unsigned i = 0; i < row->arg_count; i++) {
		if (row->args[i].index == 1 && row->args[i].test == HOSTCALL_TEST_BELOW &&
		    row->args[i].value == HOSTCALL_VALUE_FOUR_GIB)
			return true;
	}
	return false;
}

/* A rule has room for one end. */
static void ranges_check(const struct hostcall *row)
{
	unsigned ranges = 0;

	for (unsigned i = 0; i < row->arg_count; i++) {
		const struct hostcall_arg *arg = &row->args[i];

		if (value_is_a_range(arg->value) != test_is_of_a_range(arg->test))
			fail_msg("%s: condition %u is of a range, or not", row->name, i);
		if (test_is_of_a_range(arg->test) && ++ranges > 1)
			fail_msg("%s: more than one range", row->name);
		if (arg->test != HOSTCALL_TEST_WITHIN && test_is_of_a_range(arg->test) && !address_has_a_length(row))
			fail_msg("%s: an address without a length", row->name);
	}
}

static void argument_check(const struct hostcall *row, unsigned i)
{
	const struct hostcall_arg *arg = &row->args[i];
	enum hostcall_feature feature;

	if (arg->index > 5 || arg->test >= HOSTCALL_TEST_COUNT || arg->value >= HOSTCALL_VALUE_COUNT)
		fail_msg("%s: condition %u is out of range", row->name, i);
	if (arg->test == HOSTCALL_TEST_WITHIN &&
	    (!length_is_checked_before(row, i) || arg->value != HOSTCALL_VALUE_BLOCK_DEVICE))
		fail_msg("%s: WITHIN without a whole length in argument 2, or of no device", row->name);
	if (value_is_a_devices(arg->value, &feature) && row->feature != feature)
		fail_msg("%s: condition %u is about a device of another feature", row->name, i);
	for (unsigned k = 0; k < i; k++) {
		if (row->args[k].index == arg->index)
			fail_msg("%s: two conditions on argument %u", row->name, arg->index);
	}
}

static void rows_make_sense(void **state)
{
	(void)state;
	for (size_t i = 0; i < policy_table_count; i++) {
		const struct hostcall *row = &policy_table[i];

		assert_true(row->feature < HOSTCALL_FEATURE_COUNT);
		assert_in_range(row->guests, 1, HOSTCALL_GUEST_UNIKERNEL | HOSTCALL_GUEST_LINUX | HOSTCALL_GUEST_HVT);
		assert_in_range(row->arg_count, 0, HOSTCALL_ARGS_MAX);
		assert_true(strlen(row->why) > 10);
		for (unsigned k = 0; k < row->arg_count; k++)
			argument_check(row, k);
		ranges_check(row);
	}
}

/* A call with no condition at all can do whatever the kernel offers. */
static void few_calls_are_unconditional(void **state)
{
	static const char *const calls[] = {"exit_group", "exit", "rt_sigreturn", "sigaltstack", "sched_yield"};

	(void)state;
	for (size_t i = 0; i < policy_table_count; i++) {
		const struct hostcall *row = &policy_table[i];
		bool may = row->arg_count > 0 || row->answer != HOSTCALL_ANSWER_ALLOWED;

		for (size_t k = 0; k < ARRAY_COUNT(calls); k++)
			may |= strcmp(row->name, calls[k]) == 0;
		if (!may)
			fail_msg("%s has no condition", row->name);
	}
}

/* Whatever else is said of the call would never be reached, or be reached in its place. */
static void failing_calls_have_no_other_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < policy_table_count; i++) {
		for (size_t k = 0; k < policy_table_count; k++) {
			const struct hostcall *row = &policy_table[i];
			const struct hostcall *other = &policy_table[k];

			if (i == k || row->answer == HOSTCALL_ANSWER_ALLOWED)
				continue;
			assert_false(row->number == other->number && row->guests & other->guests);
		}
		if (policy_table[i].answer != HOSTCALL_ANSWER_ALLOWED)
			assert_int_equal(policy_table[i].arg_count, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_make_sense),
		cmocka_unit_test(few_calls_are_unconditional),
		cmocka_unit_test(failing_calls_have_no_other_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
