/*
 * The table of host calls and its rules: the calls each kind of guest ends up with, and the words for them. The
 * expectations here are not derived from the table: it does not change unnoticed. test_rows.c has each row by itself.
 */
#include "tests/policy/shapes.h"
#include "tests/unit/unit.h"

static struct policy_guest guest;
static struct policy_rule rules[POLICY_RULES_MAX];

static size_t rules_make(enum hostcall_guest kind, unsigned nets, unsigned blocks)
{
	struct shape shape = UNIKERNEL_SHAPE("", SOLO5, nets, blocks, 512, 1 << 20);

	shape.kind = kind;
	shape.has_control = true;
	shape.has_trace = true;
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

#define HVT_CALLS "ioctl", "write", "ppoll", "clock_gettime", "exit_group"

#define STRICT_CALLS                                                                                                   \
	"read", "write", "ppoll", "clock_gettime", "exit_group", "rt_sigreturn", "mmap", "mprotect", "madvise",        \
		"futex", "tgkill"

/* At most nine calls with all devices, six without; at most 12 and 16 for Linux programs. */
static const struct calls_case calls_cases[] = {
	{HOSTCALL_GUEST_SOLO5, 0, 0, {SOLO5_CALLS}},
	{HOSTCALL_GUEST_SOLO5, 1, 0, {SOLO5_CALLS, "read"}},
	{HOSTCALL_GUEST_SOLO5, 0, 1, {SOLO5_CALLS, "pread64", "pwrite64"}},
	{HOSTCALL_GUEST_SOLO5, 2, 2, {SOLO5_CALLS, "read", "pread64", "pwrite64"}},
	{HOSTCALL_GUEST_TEND, 0, 0, {TEND_CALLS}},
	{HOSTCALL_GUEST_TEND, 1, 0, {TEND_CALLS, "read"}},
	{HOSTCALL_GUEST_TEND, 0, 1, {TEND_CALLS, "pread64", "pwrite64"}},
	{HOSTCALL_GUEST_TEND, 2, 2, {TEND_CALLS, "read", "pread64", "pwrite64"}},
	{HOSTCALL_GUEST_HVT, 0, 0, {HVT_CALLS}},
	{HOSTCALL_GUEST_HVT, 1, 0, {HVT_CALLS, "read"}},
	{HOSTCALL_GUEST_HVT, 2, 2, {HVT_CALLS, "read", "pread64", "pwrite64"}},
	{HOSTCALL_GUEST_STRICT, 0, 0, {STRICT_CALLS}},
	{HOSTCALL_GUEST_STANDARD, 0, 0, {STRICT_CALLS, "clone", "exit", "sigaltstack", "sched_yield"}},
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
		if (rules[i].row->answer == HOSTCALL_ANSWER_ALLOWED && strcmp(rules[i].row->name, call) == 0)
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
			if (rules[k].row->answer == HOSTCALL_ANSWER_ALLOWED && !calls_have(c, rules[k].row->name))
				fail_msg("case %zu: %s is one call too many", i, rules[k].row->name);
		}
		for (size_t k = 0; k < ARRAY_COUNT(c->calls) && c->calls[k]; k++) {
			if (!rules_have(count, c->calls[k]))
				fail_msg("case %zu: %s is missing", i, c->calls[k]);
		}
	}
}

/* Counted in the rules, not in the list above. */
static void linux_guests_have_few_calls(void **state)
{
	static const struct {
		enum hostcall_guest kind;
		size_t most;
	} limits[] = {{HOSTCALL_GUEST_STRICT, 12}, {HOSTCALL_GUEST_STANDARD, 16}};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(limits); i++) {
		size_t count = rules_make(limits[i].kind, 0, 0);
		size_t calls = 0;

		for (size_t k = 0; k < count; k++)
			calls += rules[k].row->answer == HOSTCALL_ANSWER_ALLOWED && !rules_have(k, rules[k].row->name);
		assert_in_range(calls, 1, limits[i].most);
	}
}

static void optional_rows_need_their_descriptor(void **state)
{
	(void)state;
	for (unsigned bits = 0; bits < 4; bits++) {
		size_t per_feature[HOSTCALL_FEATURE_COUNT] = {0};
		size_t count;

		rules_make(HOSTCALL_GUEST_STRICT, 0, 0);
		guest.kernel.control_fd = bits & 1 ? 7 : -1;
		guest.kernel.trace_fd = bits & 2 ? 0 : -1;
		count = policy_rules(&guest, rules);
		for (size_t i = 0; i < count; i++)
			per_feature[rules[i].row->feature]++;
		assert_int_equal(per_feature[HOSTCALL_FEATURE_CONTROL], bits & 1 ? 2 : 0);
		assert_int_equal(per_feature[HOSTCALL_FEATURE_TRACE], bits & 2 ? 1 : 0);
	}
}

static void volume_rows_exist_once_per_volume(void **state)
{
	(void)state;
	for (unsigned volumes = 0; volumes <= POLICY_VOLUMES_MAX; volumes++) {
		size_t count, found = 0;

		rules_make(HOSTCALL_GUEST_STANDARD, 0, 0);
		guest.kernel.volume_count = volumes;
		for (unsigned i = 0; i < volumes; i++)
			guest.kernel.volume_fds[i] = (int)(20 + i);
		count = policy_rules(&guest, rules);
		for (size_t i = 0; i < count; i++) {
			if (rules[i].row->feature != HOSTCALL_FEATURE_VOLUME)
				continue;
			assert_int_equal(rules[i].values[4], 20 + found);
			found++;
		}
		assert_int_equal(found, volumes);
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
			assert_int_equal(rules[i].values[0], 77);
		if (strcmp(rules[i].row->name, "pread64") == 0)
			assert_int_equal(rules[i].values[2], 0x123456789800);
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
		{{0, HOSTCALL_TEST_LOW_OR_INSIDE, HOSTCALL_VALUE_USER}, "a0 below 4 GiB or inside user memory"},
		{{1, HOSTCALL_TEST_BELOW, HOSTCALL_VALUE_FOUR_GIB}, "a1 below 4 GiB"},
		{{4, HOSTCALL_TEST_INT, HOSTCALL_VALUE_NO_FD}, "a4 as an int = -1"},
		{{2, HOSTCALL_TEST_SET, HOSTCALL_VALUE_ADVICES},
		 "a2 as an int one of MADV_DONTNEED, FREE, REMOVE, DONTFORK, DOFORK, HUGEPAGE, NOHUGEPAGE"},
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

static void features_guests_and_answers_have_names(void **state)
{
	(void)state;
	assert_string_equal(policy_feature_name(HOSTCALL_FEATURE_CORE), "core");
	assert_string_equal(policy_feature_name(HOSTCALL_FEATURE_BLOCK), "block");
	assert_string_equal(policy_guest_name(HOSTCALL_GUEST_SOLO5), "solo5");
	assert_string_equal(policy_guest_name(HOSTCALL_GUEST_TEND), "tend");
	assert_string_equal(policy_guest_name(HOSTCALL_GUEST_UNIKERNEL), "unikernel");
	assert_string_equal(policy_guest_name(HOSTCALL_GUEST_STRICT), "strict");
	assert_string_equal(policy_guest_name(HOSTCALL_GUEST_STANDARD), "standard");
	assert_string_equal(policy_guest_name(HOSTCALL_GUEST_LINUX), "linux");
	assert_string_equal(policy_guest_name(HOSTCALL_GUEST_HVT), "hvt");
	assert_string_equal(policy_guest_name((enum hostcall_guest)0), "none");
	assert_string_equal(policy_answer_name(HOSTCALL_ANSWER_ALLOWED), "allowed");
	assert_string_equal(policy_answer_name(HOSTCALL_ANSWER_EINTR), "EINTR");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guests_have_their_calls),
		cmocka_unit_test(linux_guests_have_few_calls),
		cmocka_unit_test(optional_rows_need_their_descriptor),
		cmocka_unit_test(volume_rows_exist_once_per_volume),
		cmocka_unit_test(device_rows_exist_once_per_device),
		cmocka_unit_test(rules_carry_the_guests_values),
		cmocka_unit_test(conditions_have_words),
		cmocka_unit_test(features_guests_and_answers_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
