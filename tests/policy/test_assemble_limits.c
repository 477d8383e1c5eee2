/*
 * Filters that are long, large or too large: further apart than a jump reaches, more calls than can be searched, more
 * instructions than there is room for.
 */
#include <stdlib.h>

#include "tender/policy/emit.h"
#include "tests/policy/shapes.h"
#include "tests/policy/synthetic.h"
#include "tests/unit/unit.h"

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
		condition_add(2, HOSTCALL_TEST_WHOLE, 512 << i / 2 % 3);
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

static void longest_rule_add(uint16_t number)
{
	rule_add(number);
	condition_add(2, HOSTCALL_TEST_WHOLE, 512);
	condition_add(3, HOSTCALL_TEST_WITHIN, 512);
	condition_add(5, HOSTCALL_TEST_WITHIN, 1024);
}

/* One instruction each, but for what they share. */
static void short_rules_add(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		rule_add(1);
		condition_add(0, HOSTCALL_TEST_EQ, i);
	}
}

/* Few and many calls whose rules are as long as can be: between the branches of the search lies more than a jump
 * reaches. */
static void distant_groups_hold(void **state)
{
	(void)state;
	for (uint16_t calls = 1; calls <= 40; calls++) {
		for (uint16_t i = 0; i < calls; i++)
			longest_rule_add(3 * i);
		rules_check("distant groups");
	}
}

/* Jumps to the ends of the filter from every distance: short rules, one instruction each, then long ones. */
static void ends_stay_in_reach(void **state)
{
	(void)state;
	for (unsigned short_rules = 0; short_rules < 210; short_rules++) {
		short_rules_add(short_rules);
		for (uint16_t number = 2; number < 5; number++)
			longest_rule_add(number);
		rules_check("short rules before long ones");
	}
}

/* The search itself can be what is long: calls without conditions are hardly more than their comparison. */
static void long_searches_hold(void **state)
{
	(void)state;
	for (unsigned short_rules = 0; short_rules < 210; short_rules++) {
		short_rules_add(short_rules);
		longest_rule_add(2);
		for (uint16_t number = 3; number < 40; number++)
			rule_add(number);
		rules_check("a long rule before bare calls");
	}
}

/* As many different calls as fit; more are refused as a whole, never assembled wrongly. */
static void many_calls_hold(void **state)
{
	(void)state;
	for (unsigned calls = 1; calls <= 200; calls++) {
		synthetic_count = 0;
		for (unsigned i = 0; i < calls; i++) {
			rule_add((uint16_t)(i == 0 ? 65535 : i * 331 % 65521));
			condition_add(0, HOSTCALL_TEST_EQ, i);
		}
		if (policy_assemble(synthetic_rules, synthetic_count, synthetic_filter, POLICY_FILTER_MAX))
			rules_check("many calls");
		else
			assert_in_range(calls, 41, 200); /* 16 is what any guest may have */
	}
	synthetic_count = 0;
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
		length = guest_assemble(&guest, guest_rules, &count, synthetic_filter, POLICY_FILTER_MAX);
		assert_true(length <= policy_filter_bound(count));
		for (size_t max = 0; max <= length; max++) {
			struct sock_filter *room = malloc(max ? max * sizeof(*room) : 1);

			assert_non_null(room);
			assert_int_equal(guest_assemble(&guest, guest_rules, &count, room, max),
					 max < length ? 0 : length);
			if (max == length)
				assert_memory_equal(room, synthetic_filter, length * sizeof(*room));
			free(room);
		}
	}
}

/* Room is reckoned, and jumps are kept in reach, by the longest rule there may be. */
static void no_rule_is_longer_than_thought(void **state)
{
	static struct policy_guest guest;
	static struct policy_rule guest_rules[POLICY_RULES_MAX];
	size_t ends = 6; /* of a filter: what comes before and behind the rules, at least */

	(void)state;
	for (size_t i = 0; i < shape_count; i++) {
		size_t count;

		shape_guest(&shapes[i], &guest);
		count = policy_rules(&guest, guest_rules);
		for (size_t k = 0; k < count; k++)
			assert_in_range(policy_assemble(&guest_rules[k], 1, synthetic_filter, POLICY_FILTER_MAX), ends,
					ends + RULE_LENGTH_MAX);
	}
}

static void kernels_limit_is_kept(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SYNTHETIC_MAX; i++) {
		rule_add(7);
		condition_add(2, HOSTCALL_TEST_WHOLE, 512 << i % 3);
		condition_add(3, HOSTCALL_TEST_WITHIN, 512);
	}
	assert_int_equal(policy_assemble(synthetic_rules, synthetic_count, synthetic_filter, POLICY_FILTER_MAX), 0);
	synthetic_count = 0;
}

/* More than a manifest can declare: 63 of each. */
static void most_devices_fit(void **state)
{
	static struct policy_guest guest;
	static struct policy_rule part[POLICY_RULES_MAX];
	static const enum hostcall_guest kinds[] = {HOSTCALL_GUEST_SOLO5, HOSTCALL_GUEST_TEND, HOSTCALL_GUEST_HVT};

	(void)state;
	for (size_t kind = 0; kind < ARRAY_COUNT(kinds); kind++) {
		for (int has_nets = 0; has_nets < 2; has_nets++) {
			struct shape shape = UNIKERNEL_SHAPE("63", SOLO5, has_nets ? 63 : 0, has_nets ? 0 : 63, 512,
							     SYNTHETIC_END);
			size_t count;

			shape.kind = kinds[kind];
			shape_guest(&shape, &guest);
			count = policy_rules(&guest, part);
			assert_in_range(count, 64, POLICY_RULES_MAX - 1);
			for (size_t i = 0; i < count; i++) {
				if (has_nets || part[i].row->feature == HOSTCALL_FEATURE_BLOCK)
					synthetic_rules[synthetic_count++] = part[i];
			}
		}
		rules_check("63 networks and 63 block devices");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_groups_hold),
		cmocka_unit_test(distant_groups_hold),
		cmocka_unit_test(ends_stay_in_reach),
		cmocka_unit_test(long_searches_hold),
		cmocka_unit_test(many_calls_hold),
		cmocka_unit_test(filter_that_does_not_fit_is_none),
		cmocka_unit_test(kernels_limit_is_kept),
		cmocka_unit_test(most_devices_fit),
		cmocka_unit_test(no_rule_is_longer_than_thought),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
