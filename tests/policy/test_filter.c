/*
 * Filters against the evaluator: for guests of many shapes, every rule, every rule a little off, all other calls, and
 * random calls. The filters run in the interpreter; test_kernel.c has the running kernel.
 */
#include <stdio.h>

#include "tests/policy/cases.h"
#include "tests/policy/evaluator.h"
#include "tests/policy/interpreter.h"
#include "tests/policy/shapes.h"
#include "tests/unit/unit.h"

#define RANDOM_CASES 200000
#define NUMBERS 600
#define X32_BIT 0x40000000

/* A guest, its rules and its filter. */
struct subject {
	const char *name;
	struct policy_guest guest;
	struct policy_rule rules[POLICY_RULES_MAX];
	size_t rule_count;
	struct sock_filter filter[POLICY_FILTER_MAX];
	size_t length;
	size_t tried;
	size_t allowed;
};

static struct subject subject;

static void subject_make(const struct shape *shape)
{
	subject.name = shape->name;
	subject.tried = 0;
	subject.allowed = 0;
	shape_guest(shape, &subject.guest);
	/* The tender assembles into no more room than this. */
	subject.length = guest_assemble(&subject.guest, subject.rules, &subject.rule_count, subject.filter,
					policy_filter_bound(policy_rule_count(&subject.guest)));
	assert_int_equal(subject.rule_count, policy_rule_count(&subject.guest));
	assert_int_not_equal(subject.length, 0);
}

static void call_compare(const struct seccomp_data *call, void *context)
{
	uint32_t expected = evaluator_guest_action(&subject.guest, call);
	uint32_t action = interpreter_run(subject.filter, call);

	(void)context;
	if (action != expected)
		fail_msg("%s: must be 0x%x, is 0x%x: %s", subject.name, expected, action, case_text(call));
	subject.tried++;
	subject.allowed += expected == SECCOMP_RET_ALLOW;
}

static void places_compare(const struct seccomp_data *call, void *context)
{
	case_places_each(&subject.guest, call, call_compare, context);
}

/* The rule's own call, from where it may be made. */
static struct seccomp_data call_of(const struct policy_rule *rule)
{
	struct seccomp_data call = case_allowed(rule);

	call.instruction_pointer = subject.guest.kernel.slot;
	return call;
}

static void filters_are_valid(void **state)
{
	(void)state;
	for (size_t i = 0; i < shape_count; i++) {
		const char *wrong;
		size_t at;

		subject_make(&shapes[i]);
		assert_in_range(subject.length, 1, POLICY_FILTER_MAX);
		wrong = interpreter_check(subject.filter, subject.length, &at);
		if (wrong)
			fail_msg("%s: %s at instruction %zu", shapes[i].name, wrong, at);
	}
}

static void every_rule_can_be_used(void **state)
{
	(void)state;
	for (size_t i = 0; i < shape_count; i++) {
		subject_make(&shapes[i]);
		for (size_t k = 0; k < subject.rule_count; k++) {
			struct seccomp_data call = call_of(&subject.rules[k]);
			enum hostcall_answer answer = subject.rules[k].row->answer;

			call_compare(&call, NULL);
			if (interpreter_run(subject.filter, &call) !=
			    (answer == HOSTCALL_ANSWER_ALLOWED ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | answer))
				fail_msg("%s: no use for rule %zu: %s", subject.name, k, case_text(&call));
		}
	}
}

static void rules_hold_at_their_boundaries(void **state)
{
	(void)state;
	for (size_t i = 0; i < shape_count; i++) {
		subject_make(&shapes[i]);
		for (size_t k = 0; k < subject.rule_count; k++)
			cases_each(&subject.rules[k], places_compare, NULL);
		assert_in_range(subject.allowed, subject.rule_count, subject.tried - 1);
	}
}

static bool number_is_listed(int number)
{
	for (size_t i = 0; i < subject.rule_count; i++) {
		if (subject.rules[i].row->number == number)
			return true;
	}
	return false;
}

/* Outside of a Linux guest's kernel the same call traps, as all do. */
static void call_refuse(struct seccomp_data call)
{
	uint32_t action = interpreter_run(subject.filter, &call);

	if (action != SECCOMP_RET_KILL_PROCESS)
		fail_msg("%s: must be refused, is 0x%x: %s", subject.name, action, case_text(&call));
	if (!guest_is_linux(&subject.guest))
		return;
	call.instruction_pointer -= 1;
	action = interpreter_run(subject.filter, &call);
	if (action != SECCOMP_RET_TRAP)
		fail_msg("%s: must trap, is 0x%x: %s", subject.name, action, case_text(&call));
}

/* With arguments that some rule accepts, so that nothing but the number can be what is refused. */
static void other_calls_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < shape_count; i++) {
		subject_make(&shapes[i]);
		for (size_t k = 0; k < subject.rule_count; k++) {
			struct seccomp_data call = call_of(&subject.rules[k]);

			for (int number = -3; number <= NUMBERS; number++) {
				call.nr = number | X32_BIT;
				call_refuse(call);
				call.nr = number;
				if (!number_is_listed(number))
					call_refuse(call);
			}
		}
	}
}

static void numbers_are_compared_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < shape_count; i++) {
		subject_make(&shapes[i]);
		for (size_t k = 0; k < subject.rule_count; k++) {
			for (unsigned bit = 10; bit < 32; bit++) {
				struct seccomp_data call = call_of(&subject.rules[k]);

				call.nr ^= (int)(1u << bit);
				call_refuse(call);
			}
		}
	}
}

static void other_architectures_are_refused(void **state)
{
	static const uint32_t others[] = {
		AUDIT_ARCH_I386, AUDIT_ARCH_ARM,     AUDIT_ARCH_PPC64LE, AUDIT_ARCH_RISCV64, 0,
		UINT32_MAX,      AUDIT_ARCH_AARCH64, AUDIT_ARCH_X86_64,
	};

	(void)state;
	for (size_t i = 0; i < shape_count; i++) {
		subject_make(&shapes[i]);
		for (size_t k = 0; k < subject.rule_count; k++) {
			struct seccomp_data call = call_of(&subject.rules[k]);

			for (size_t n = 0; n < ARRAY_COUNT(others); n++) {
				call.arch = others[n];
				if (others[n] != EVALUATOR_ARCH)
					call_refuse(call);
			}
		}
	}
}

static void random_calls_agree(void **state)
{
	uint64_t random = 0x9e3779b97f4a7c15;

	(void)state;
	for (size_t i = 0; i < shape_count; i++) {
		subject_make(&shapes[i]);
		for (size_t k = 0; k < RANDOM_CASES / shape_count; k++) {
			struct seccomp_data call = case_random(&random, subject.rules, subject.rule_count);

			call.instruction_pointer = subject.guest.kernel.slot + random % (5ull << 30);
			call_compare(&call, NULL);
		}
		/* Both answers must have been at stake. */
		assert_in_range(subject.allowed, subject.tried / 10, subject.tried - subject.tried / 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filters_are_valid),
		cmocka_unit_test(every_rule_can_be_used),
		cmocka_unit_test(rules_hold_at_their_boundaries),
		cmocka_unit_test(other_calls_are_refused),
		cmocka_unit_test(numbers_are_compared_whole),
		cmocka_unit_test(other_architectures_are_refused),
		cmocka_unit_test(random_calls_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
