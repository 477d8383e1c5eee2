/*
 * The assembler on rules of no table: groups that can and cannot share a load, values in the high half, random rules.
 * test_assemble_limits.c has long and large filters.
 */
#include "tests/policy/synthetic.h"
#include "tests/unit/unit.h"

/* Every guest may at least end: no rules are a mistake, for which there is no filter. */
static void no_rules_make_no_filter(void **state)
{
	(void)state;
	assert_int_equal(policy_assemble(synthetic_rules, 0, synthetic_filter, POLICY_FILTER_MAX), 0);
}

/* Each of these groups must compare every rule from its beginning. */
static void groups_without_a_shared_load_hold(void **state)
{
	(void)state;
	rule_add(7);
	condition_add(0, HOSTCALL_TEST_EQ, 5);
	rule_add(7);
	condition_add(0, HOSTCALL_TEST_EQ, 0x100000005);
	rules_check("different high halves");

	rule_add(7);
	condition_add(0, HOSTCALL_TEST_EQ, 5);
	condition_add(1, HOSTCALL_TEST_EQ, 1);
	rule_add(7);
	condition_add(0, HOSTCALL_TEST_EQ, 5);
	condition_add(1, HOSTCALL_TEST_EQ, 2);
	rules_check("the same value twice");

	rule_add(7);
	condition_add(0, HOSTCALL_TEST_EQ, 5);
	rule_add(7);
	condition_add(1, HOSTCALL_TEST_EQ, 6);
	rules_check("different arguments");

	rule_add(7);
	condition_add(0, HOSTCALL_TEST_LE, 5);
	rule_add(7);
	condition_add(0, HOSTCALL_TEST_EQ, 9);
	rules_check("another test");
}

static void unconditional_rules_hold(void **state)
{
	(void)state;
	rule_add(7);
	condition_add(0, HOSTCALL_TEST_EQ, 5);
	rule_add(7);
	rule_add(8);
	condition_add(0, HOSTCALL_TEST_EQ, 1); /* something that must not be run into */
	rules_check("no condition at last");

	rule_add(7);
	condition_add(0, HOSTCALL_TEST_EQ, 5);
	rule_add(7);
	rule_add(7);
	condition_add(1, HOSTCALL_TEST_EQ, 6);
	rules_check("no condition between");

	rule_add(7);
	rule_add(7);
	condition_add(0, HOSTCALL_TEST_EQ, 5);
	rules_check("no condition at first");
}

static void groups_with_a_shared_load_hold(void **state)
{
	(void)state;
	for (uint64_t fd = 3; fd < 9; fd++) {
		rule_add(7);
		condition_add(0, HOSTCALL_TEST_EQ, fd);
		condition_add(2, HOSTCALL_TEST_WHOLE, 512 << fd);
		condition_add(3, HOSTCALL_TEST_WITHIN, 512 << fd);
	}
	rules_check("long shared rules");
	rule_add(7);
	condition_add(0, HOSTCALL_TEST_EQ, (uint64_t)-1);
	rule_add(7);
	condition_add(0, HOSTCALL_TEST_EQ, (uint64_t)-2);
	condition_add(5, HOSTCALL_TEST_EQ, 1ull << 63);
	rule_add(7);
	condition_add(0, HOSTCALL_TEST_EQ, (uint64_t)-3);
	condition_add(1, HOSTCALL_TEST_LE, 3);
	condition_add(4, HOSTCALL_TEST_LE, 0x300000002);
	rules_check("shared high halves");
}

/* What all rules of a call begin with is checked once, whatever follows. */
static void groups_with_a_shared_beginning_hold(void **state)
{
	(void)state;
	for (uint64_t flags = 1; flags < 4; flags++) {
		for (uint64_t fd = 4; fd < 7; fd++) {
			rule_add(7);
			condition_add(0, HOSTCALL_TEST_LOW_OR_INSIDE, 1ull << 32);
			condition_add(1, HOSTCALL_TEST_BELOW, 1ull << 32);
			condition_add(3, HOSTCALL_TEST_EQ, flags);
			condition_add(4, HOSTCALL_TEST_INT, fd);
		}
	}
	rules_check("a tree");
	rule_add(7);
	condition_add(1, HOSTCALL_TEST_BELOW, 1ull << 32);
	condition_add(0, HOSTCALL_TEST_LE, 5);
	rule_add(7);
	condition_add(1, HOSTCALL_TEST_BELOW, 1ull << 32);
	condition_add(0, HOSTCALL_TEST_INSIDE, 1ull << 32);
	rules_check("different conditions");
	for (uint64_t i = 1; i <= 2; i++) {
		rule_add(7);
		condition_add(0, HOSTCALL_TEST_INSIDE, 1ull << 32);
		condition_add(1, HOSTCALL_TEST_EQ, i);
		synthetic_rules[i - 1].end = SYNTHETIC_END * i;
	}
	rules_check("different ends");
	rule_add(7);
	condition_add(2, HOSTCALL_TEST_SET, HOSTCALL_SET(0x80000201, 0x140));
	condition_add(0, HOSTCALL_TEST_EQ, 5);
	rule_add(7);
	condition_add(2, HOSTCALL_TEST_SET, HOSTCALL_SET(0x80000201, 0x140));
	rules_check("nothing more");
	for (int i = 0; i < 2; i++) {
		rule_add(7);
		condition_add(2, HOSTCALL_TEST_SET, HOSTCALL_SET(0x12, 0));
		condition_add(0, HOSTCALL_TEST_EQ, 5);
	}
	rules_check("the same rule twice");
}

/* Branches within branches, each further than a jump reaches. */
static void long_trees_hold(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 360; i++) {
		rule_add(i % 2 ? 7 : 9);
		condition_add(0, HOSTCALL_TEST_INT, i / 2 % 3);
		condition_add(1, HOSTCALL_TEST_BELOW, 3ull << 32);
		condition_add(2, HOSTCALL_TEST_EQ, i / 6 % 4);
		condition_add(3, HOSTCALL_TEST_LE, i << 30);
	}
	rules_check("a long tree");
}

static void limits_are_compared_in_64_bits(void **state)
{
	static const uint64_t limits[] = {0,           1,           0xfffffffe, 0xffffffff,     0x100000000,
					  0x100000001, 0x1ffffffff, 1ull << 63, UINT64_MAX - 1, UINT64_MAX};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(limits); i++) {
		rule_add(7);
		condition_add(4, HOSTCALL_TEST_LE, limits[i]);
		rules_check("a limit");
		rule_add(7);
		condition_add(4, HOSTCALL_TEST_EQ, limits[i]);
		rules_check("a value");
		rule_add(7);
		condition_add(4, HOSTCALL_TEST_INT, limits[i]);
		rules_check("an int");
	}
}

static uint64_t random_step(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

/* A rule with up to three conditions; few different numbers, arguments and values, so that groups form. */
static void rule_add_random(uint64_t *random)
{
	static const enum hostcall_test tests[] = {
		HOSTCALL_TEST_EQ,  HOSTCALL_TEST_EQ, HOSTCALL_TEST_INT,
		HOSTCALL_TEST_INT, HOSTCALL_TEST_LE, HOSTCALL_TEST_SET,
	};
	unsigned count = random_step(random) % 4;

	rule_add((uint16_t)(random_step(random) % 5));
	if (count == 3 && random_step(random) % 2) {
		condition_add(0, HOSTCALL_TEST_EQ, random_step(random) % 4);
		condition_add(2, HOSTCALL_TEST_WHOLE, 512 << random_step(random) % 7);
		condition_add(3, HOSTCALL_TEST_WITHIN, 512 << random_step(random) % 7);
		return;
	}
	for (unsigned i = 0; i < count; i++)
		condition_add((uint8_t)(random_step(random) % 6), tests[random_step(random) % ARRAY_COUNT(tests)],
			      random_step(random) % 4 + (random_step(random) % 3 << 32));
}

static void random_rules_hold(void **state)
{
	uint64_t random = 1;

	(void)state;
	for (unsigned set = 0; set < 500; set++) {
		unsigned count = 1 + random_step(&random) % 20;

		for (unsigned i = 0; i < count; i++)
			rule_add_random(&random);
		rules_check("random rules");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_rules_make_no_filter),
		cmocka_unit_test(groups_without_a_shared_load_hold),
		cmocka_unit_test(unconditional_rules_hold),
		cmocka_unit_test(groups_with_a_shared_load_hold),
		cmocka_unit_test(groups_with_a_shared_beginning_hold),
		cmocka_unit_test(long_trees_hold),
		cmocka_unit_test(limits_are_compared_in_64_bits),
		cmocka_unit_test(random_rules_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
