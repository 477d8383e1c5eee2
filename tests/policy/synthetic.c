/* Rules of no table: see synthetic.h. */
#include "tests/policy/synthetic.h"

#include "tests/policy/cases.h"
#include "tests/policy/evaluator.h"
#include "tests/policy/interpreter.h"
#include "tests/unit/unit.h"

static struct hostcall rows[SYNTHETIC_MAX];
struct policy_rule synthetic_rules[SYNTHETIC_MAX];
size_t synthetic_count;
struct sock_filter synthetic_filter[POLICY_FILTER_MAX];

void rule_add(uint16_t number)
{
	struct hostcall *row = &rows[synthetic_count];

	assert_true(synthetic_count < SYNTHETIC_MAX);
	*row = (struct hostcall){.name = "synthetic", .number = number};
	synthetic_rules[synthetic_count++] = (struct policy_rule){.row = row, .end = SYNTHETIC_END};
}

void condition_add(uint8_t index, enum hostcall_test test, uint64_t value)
{
	struct hostcall *row = &rows[synthetic_count - 1];

	assert_true(row->arg_count < HOSTCALL_ARGS_MAX);
	row->args[row->arg_count] = (struct hostcall_arg){.index = index, .test = (uint8_t)test};
	synthetic_rules[synthetic_count - 1].values[row->arg_count++] = value;
}

/* What the rules at hand are about. */
static const char *subject;

static void call_compare(const struct seccomp_data *call, void *context)
{
	bool expected = evaluator_rules_allow(synthetic_rules, synthetic_count, call);
	uint32_t action = interpreter_run(synthetic_filter, call);

	(void)context;
	if (action != (expected ? SECCOMP_RET_ALLOW : SECCOMP_RET_KILL_PROCESS))
		fail_msg("%s: action 0x%x for %s", subject, action, case_text(call));
}

void rules_check(const char *what)
{
	uint64_t random = 0x2545f4914f6cdd1d;
	size_t length = policy_assemble(synthetic_rules, synthetic_count, synthetic_filter, POLICY_FILTER_MAX);
	const char *wrong;
	size_t at;

	subject = what;
	if (length == 0)
		fail_msg("%s: does not fit", what);
	wrong = interpreter_check(synthetic_filter, length, &at);
	if (wrong)
		fail_msg("%s: %s at instruction %zu", what, wrong, at);
	for (size_t i = 0; i < synthetic_count; i++)
		cases_each(&synthetic_rules[i], call_compare, NULL);
	for (size_t i = 0; i < 1000; i++) {
		struct seccomp_data call = case_random(&random, synthetic_rules, synthetic_count);

		call_compare(&call, NULL);
	}
	synthetic_count = 0;
}
