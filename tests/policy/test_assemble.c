/*
 * The assembler on rules of no table: groups that cannot share a load, values in the high half, filters at the limits of
 * jumps, of size and of numbers. What a filter must allow is the evaluator's word on the same rules.
 */
#include <stdlib.h>

#include "tests/policy/cases.h"
#include "tests/policy/evaluator.h"
#include "tests/policy/interpreter.h"
#include "tests/policy/shapes.h"
#include "tests/unit/unit.h"

#define RULES_MAX 400
#define CAPACITY (5ull << 30)

static struct hostcall rows[RULES_MAX];
static struct policy_rule rules[RULES_MAX];
static size_t rule_count;
static struct sock_filter filter[POLICY_FILTER_MAX];

static void rule_add(uint16_t number)
{
	struct hostcall *row = &rows[rule_count];

	assert_true(rule_count < RULES_MAX);
	*row = (struct hostcall){.name = "synthetic", .number = number};
	rules[rule_count++] = (struct policy_rule){.row = row};
}

/* One more condition for the rule added last. */
static void condition_add(uint8_t index, enum hostcall_test test, uint64_t value)
{
	struct hostcall *row = &rows[rule_count - 1];

	assert_true(row->arg_count < HOSTCALL_ARGS_MAX);
	rules[rule_count - 1].conditions[row->arg_count++] = (struct policy_condition){
		.index = index, .test = (uint8_t)test, .value = value, .capacity = CAPACITY};
}

static void call_compare(const struct seccomp_data *call, void *what)
{
	bool expected = evaluator_rules_allow(rules, rule_count, call);
	uint32_t action = interpreter_run(filter, call);

	if (action != (expected ? SECCOMP_RET_ALLOW : SECCOMP_RET_KILL_PROCESS))
		fail_msg("%s: action 0x%x for %s", (const char *)what, action, case_text(call));
}

/* Assembles the rules added so far and compares filter and rules; then forgets the rules. */
static void rules_check(const char *what)
{
	char name[64] = "";
	uint64_t random = 0x2545f4914f6cdd1d;
	size_t length = policy_assemble(rules, rule_count, filter, POLICY_FILTER_MAX);
	const char *wrong;
	size_t at;

	strncpy(name, what, sizeof(name) - 1);
	if (length == 0)
		fail_msg("%s: does not fit", what);
	wrong = interpreter_check(filter, length, &at);
	if (wrong)
		fail_msg("%s: %s at instruction %zu", what, wrong, at);
	for (size_t i = 0; i < rule_count; i++)
		cases_each(&rules[i], call_compare, name);
	for (size_t i = 0; i < 1000 && rule_count; i++) {
		struct seccomp_data call = case_random(&random, rules, rule_count);

		call_compare(&call, name);
	}
	rule_count = 0;
}

static void nothing_is_allowed_without_rules(void **state)
{
	size_t length = policy_assemble(rules, 0, filter, POLICY_FILTER_MAX);
	size_t at;

	(void)state;
	assert_int_not_equal(length, 0);
	assert_null(interpreter_check(filter, length, &at));
	for (int number = -1; number < 600; number++) {
		struct seccomp_data call = {.nr = number, .arch = EVALUATOR_ARCH};

		assert_int_equal(interpreter_run(filter, &call), SECCOMP_RET_KILL_PROCESS);
	}
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

	rule_add(7);
	condition_add(0, HOSTCALL_TEST_EQ, 5);
	rule_add(7);
	rules_check("no condition at last");

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

static void limits_are_compared_in_64_bits(void **state)
{
	static const uint64_t limits[] = {0,		 1,		     0xfffffffe, 0xffffffff,	  0x100000000,
					  0x100000001,	 0x1ffffffff,	     1ull << 63, UINT64_MAX - 1, UINT64_MAX};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(limits); i++) {
		rule_add(7);
		condition_add(4, HOSTCALL_TEST_LE, limits[i]);
		rules_check("a limit");
		rule_add(7);
		condition_add(4, HOSTCALL_TEST_EQ, limits[i]);
		rules_check("a value");
	}
}

/* Groups of many times the 255 instructions that a conditional jump reaches over. */
static void long_groups_hold(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 180; i++) {
		rule_add(i % 2 ? 7 : 9);
		condition_add(i % 5, HOSTCALL_TEST_LE, i);
		condition_add(5, HOSTCALL_TEST_EQ, i + ((uint64_t)i << 32));
	}
	rules_check("general groups");
	for (unsigned i = 0; i < 80; i++) {
		rule_add(i % 2 ? 7 : 9);
		condition_add(2, HOSTCALL_TEST_WHOLE, 512);
		condition_add(3, HOSTCALL_TEST_WITHIN, 512);
		condition_add(4, HOSTCALL_TEST_WITHIN, 4096);
	}
	rules_check("the longest rules");
	for (unsigned i = 0; i < 300; i++) {
		rule_add(7);
		condition_add(0, HOSTCALL_TEST_EQ, i);
	}
	rules_check("a shared group");
}

/* As many different calls as fit; more are refused as a whole, never assembled wrongly. */
static void many_calls_hold(void **state)
{
	(void)state;
	for (unsigned calls = 1; calls <= 200; calls++) {
		rule_count = 0;
		for (unsigned i = 0; i < calls; i++) {
			rule_add((uint16_t)(i == 0 ? 65535 : i * 331 % 65521));
			condition_add(0, HOSTCALL_TEST_EQ, i);
		}
		if (policy_assemble(rules, rule_count, filter, POLICY_FILTER_MAX))
			rules_check("many calls");
		else
			assert_in_range(calls, 41, 200); /* 16 is what any guest may have */
	}
	rule_count = 0;
}

/* A shape whose filter is not small, into less and less room: nothing, and not a byte behind the room's end. */
static void filter_that_does_not_fit_is_none(void **state)
{
	static struct policy_guest guest;
	static struct policy_rule guest_rules[POLICY_RULES_MAX];
	size_t count;
	size_t length;

	(void)state;
	for (size_t i = 0; i < shape_count; i++) {
		shape_guest(&shapes[i], &guest);
		count = policy_rules(&guest, guest_rules);
		length = policy_assemble(guest_rules, count, filter, POLICY_FILTER_MAX);
		for (size_t max = 0; max <= length; max++) {
			struct sock_filter *room = malloc(max ? max * sizeof(*room) : 1);

			assert_non_null(room);
			assert_int_equal(policy_assemble(guest_rules, count, room, max), max < length ? 0 : length);
			if (max == length)
				assert_memory_equal(room, filter, length * sizeof(*room));
			free(room);
		}
	}
}

static void kernels_limit_is_kept(void **state)
{
	(void)state;
	for (unsigned i = 0; i < RULES_MAX; i++) {
		rule_add(7);
		condition_add(2, HOSTCALL_TEST_WHOLE, 512);
		condition_add(3, HOSTCALL_TEST_WITHIN, 512);
	}
	assert_int_equal(policy_assemble(rules, rule_count, filter, POLICY_FILTER_MAX), 0);
	rule_count = 0;
}

/* More than a manifest can declare: 63 of each. */
static void most_devices_fit(void **state)
{
	static struct policy_guest guest;
	static struct policy_rule part[POLICY_RULES_MAX];
	static const enum hostcall_guest kinds[] = {HOSTCALL_GUEST_SOLO5, HOSTCALL_GUEST_TEND};

	(void)state;
	for (size_t kind = 0; kind < ARRAY_COUNT(kinds); kind++) {
		for (int has_nets = 0; has_nets < 2; has_nets++) {
			const struct shape shape = {"63", kinds[kind], has_nets ? 63 : 0, has_nets ? 0 : 63, 512, CAPACITY};
			size_t count;

			shape_guest(&shape, &guest);
			count = policy_rules(&guest, part);
			assert_in_range(count, 64, POLICY_RULES_MAX - 1);
			for (size_t i = 0; i < count; i++) {
				if (has_nets || part[i].row->feature == HOSTCALL_FEATURE_BLOCK)
					rules[rule_count++] = part[i];
			}
		}
		rules_check("63 networks and 63 block devices");
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
	unsigned count = random_step(random) % 4;

	rule_add((uint16_t)(random_step(random) % 5));
	if (count == 3 && random_step(random) % 2) {
		condition_add(0, HOSTCALL_TEST_EQ, random_step(random) % 4);
		condition_add(2, HOSTCALL_TEST_WHOLE, 512 << random_step(random) % 7);
		condition_add(3, HOSTCALL_TEST_WITHIN, 512 << random_step(random) % 7);
		return;
	}
	for (unsigned i = 0; i < count; i++)
		condition_add((uint8_t)(random_step(random) % 6),
			      random_step(random) % 3 ? HOSTCALL_TEST_EQ : HOSTCALL_TEST_LE,
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
		cmocka_unit_test(nothing_is_allowed_without_rules),
		cmocka_unit_test(groups_without_a_shared_load_hold),
		cmocka_unit_test(groups_with_a_shared_load_hold),
		cmocka_unit_test(limits_are_compared_in_64_bits),
		cmocka_unit_test(long_groups_hold),
		cmocka_unit_test(many_calls_hold),
		cmocka_unit_test(filter_that_does_not_fit_is_none),
		cmocka_unit_test(kernels_limit_is_kept),
		cmocka_unit_test(most_devices_fit),
		cmocka_unit_test(random_rules_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
