/*
 * The table of host calls and its rules: rows that make sense, the calls each kind of guest ends up with, and the words
 * for them. The expectations here are not derived from the table: it does not change unnoticed.
 */
#include "tests/policy/shapes.h"
#include "tests/unit/unit.h"

static struct policy_guest guest;
static struct policy_rule rules[POLICY_RULES_MAX];

static size_t rules_make(enum hostcall_guest kind, unsigned nets, unsigned blocks)
{
	const struct shape shape = {"", kind, nets, blocks, 512, 1 << 20};

	shape_guest(&shape, &guest);
	return policy_rules(&guest, rules);
}

struct calls_case {
	enum hostcall_guest kind;
	unsigned nets;
	unsigned blocks;
	const char *calls[16]; /* each once, in any order */
};

#ifdef __x86_64__
#define TLS_CALL "arch_prctl",
#else
#define TLS_CALL
#endif
#define SOLO5_CALLS TLS_CALL "write", "clock_gettime", "epoll_pwait", "timerfd_settime", "exit_group"
#define TEND_CALLS TLS_CALL "write", "clock_gettime", "ppoll", "exit_group"

/* At most nine calls with all devices, six without. */
static const struct calls_case calls_cases[] = {
	{HOSTCALL_GUEST_SOLO5, 0, 0, {SOLO5_CALLS}},
	{HOSTCALL_GUEST_SOLO5, 1, 0, {SOLO5_CALLS, "read"}},
	{HOSTCALL_GUEST_SOLO5, 0, 1, {SOLO5_CALLS, "pread64", "pwrite64"}},
	{HOSTCALL_GUEST_SOLO5, 2, 2, {SOLO5_CALLS, "read", "pread64", "pwrite64"}},
	{HOSTCALL_GUEST_TEND, 0, 0, {TEND_CALLS}},
	{HOSTCALL_GUEST_TEND, 1, 0, {TEND_CALLS, "read"}},
	{HOSTCALL_GUEST_TEND, 0, 1, {TEND_CALLS, "pread64", "pwrite64"}},
	{HOSTCALL_GUEST_TEND, 2, 2, {TEND_CALLS, "read", "pread64", "pwrite64"}},
};

static bool calls_have(const struct calls_case *c, const char *call)
{
	for (size_t i = 0; i < ARRAY_COUNT(c->calls) && c->calls[i]; i++) {
		if (strcmp(c->calls[i], call) == 0)
			return true;
	}
	return false;
}

static bool rules_have(size_t count, const char *call)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rules[i].row->name, call) == 0)
			return true;
	}
	return false;
}

static void guests_have_their_calls(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(calls_cases); i++) {
		const struct calls_case *c = &calls_cases[i];
		size_t count = rules_make(c->kind, c->nets, c->blocks);

		for (size_t k = 0; k < count; k++) {
			if (!calls_have(c, rules[k].row->name))
				fail_msg("case %zu: %s is one call too many", i, rules[k].row->name);
		}
		for (size_t k = 0; k < ARRAY_COUNT(c->calls) && c->calls[k]; k++) {
			if (!rules_have(count, c->calls[k]))
				fail_msg("case %zu: %s is missing", i, c->calls[k]);
		}
	}
}

static void device_rows_exist_once_per_device(void **state)
{
	(void)state;
	for (unsigned nets = 0; nets <= POLICY_DEVICES_MAX; nets++) {
		unsigned blocks = POLICY_DEVICES_MAX - nets;
		size_t count = rules_make(HOSTCALL_GUEST_TEND, nets, blocks);
		size_t per_feature[HOSTCALL_FEATURE_COUNT] = {0};

		assert_in_range(count, 1, POLICY_RULES_MAX - 1);
		for (size_t i = 0; i < count; i++)
			per_feature[rules[i].row->feature]++;
		assert_int_equal(per_feature[HOSTCALL_FEATURE_NET], 2 * nets);
		assert_int_equal(per_feature[HOSTCALL_FEATURE_BLOCK], 2 * blocks);
	}
}

static void rules_carry_the_guests_values(void **state)
{
	size_t count = rules_make(HOSTCALL_GUEST_SOLO5, 1, 1);

	(void)state;
	guest.epoll_fd = 77;
	guest.blocks[0].capacity = 0x123456789a00;
	count = policy_rules(&guest, rules);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rules[i].row->name, "epoll_pwait") == 0)
			assert_int_equal(rules[i].conditions[0].value, 77);
		if (strcmp(rules[i].row->name, "pread64") == 0)
			assert_int_equal(rules[i].conditions[2].value, 0x123456789800);
	}
}

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
	*feature = value == HOSTCALL_VALUE_NET_FD ? HOSTCALL_FEATURE_NET : HOSTCALL_FEATURE_BLOCK;
	return value == HOSTCALL_VALUE_NET_FD || value == HOSTCALL_VALUE_BLOCK_FD ||
	       value == HOSTCALL_VALUE_BLOCK_SIZE || value == HOSTCALL_VALUE_BLOCK_LAST ||
	       value == HOSTCALL_VALUE_BLOCK_DEVICE;
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
		assert_in_range(row->guests, 1, HOSTCALL_GUEST_ANY);
		assert_in_range(row->arg_count, 0, HOSTCALL_ARGS_MAX);
		assert_true(strlen(row->why) > 10);
		for (unsigned k = 0; k < row->arg_count; k++)
			argument_check(row, k);
	}
}

/* A call with no condition at all can do whatever the kernel offers: only ending needs none. */
static void only_exit_group_is_unconditional(void **state)
{
	(void)state;
	for (size_t i = 0; i < policy_table_count; i++) {
		if (policy_table[i].arg_count == 0)
			assert_string_equal(policy_table[i].name, "exit_group");
	}
}

static void conditions_have_words(void **state)
{
	static const struct {
		struct hostcall_arg arg;
		const char *text;
	} cases[] = {
		{{0, HOSTCALL_TEST_EQ, HOSTCALL_VALUE_NET_FD}, "a0 = a network descriptor"},
		{{1, HOSTCALL_TEST_LE, HOSTCALL_VALUE_NET_COUNT}, "a1 <= the number of network devices"},
		{{2, HOSTCALL_TEST_WHOLE, HOSTCALL_VALUE_BLOCK_SIZE},
		 "a2 below 4 GiB and a multiple of the block size"},
		{{5, HOSTCALL_TEST_WITHIN, HOSTCALL_VALUE_BLOCK_DEVICE},
		 "a5 block-aligned, and with argument 2 added inside the device's capacity"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		char text[128];
		char cut[8];

		assert_int_equal(policy_arg_text(&cases[i].arg, text, sizeof(text)), strlen(cases[i].text));
		assert_string_equal(text, cases[i].text);
		assert_int_equal(policy_arg_text(&cases[i].arg, cut, sizeof(cut)), 7);
		assert_memory_equal(cut, cases[i].text, 7);
		assert_int_equal(cut[7], '\0');
	}
}

static void features_and_guests_have_names(void **state)
{
	(void)state;
	assert_string_equal(policy_feature_name(HOSTCALL_FEATURE_CORE), "core");
	assert_string_equal(policy_feature_name(HOSTCALL_FEATURE_BLOCK), "block");
	assert_string_equal(policy_guest_name(HOSTCALL_GUEST_SOLO5), "solo5");
	assert_string_equal(policy_guest_name(HOSTCALL_GUEST_TEND), "tend");
	assert_string_equal(policy_guest_name(HOSTCALL_GUEST_ANY), "any");
	assert_string_equal(policy_guest_name((enum hostcall_guest)0), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guests_have_their_calls),          cmocka_unit_test(device_rows_exist_once_per_device),
		cmocka_unit_test(rules_carry_the_guests_values),    cmocka_unit_test(rows_make_sense),
		cmocka_unit_test(only_exit_group_is_unconditional), cmocka_unit_test(conditions_have_words),
		cmocka_unit_test(features_and_guests_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
