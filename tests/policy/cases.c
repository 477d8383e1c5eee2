/* System calls to try on a filter: see cases.h. */
#include "tests/policy/cases.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/policy/evaluator.h"

#define LOW_MAX 0xffffffffull
#define VALUES_MAX 288

struct values {
	uint64_t list[VALUES_MAX];
	size_t count;
};

static void values_add(struct values *values, uint64_t value)
{
	if (values->count == VALUES_MAX)
		abort(); /* the list is too short */
	values->list[values->count++] = value;
}

/* The value and its neighbours, in the whole word and in each half. */
static void values_add_near(struct values *values, uint64_t value)
{
	values_add(values, value);
	values_add(values, value - 1);
	values_add(values, value + 1);
	values_add(values, value ^ 1ull << 32);
	values_add(values, value ^ 1ull << 63);
	values_add(values, value ^ 1ull << 31);
	values_add(values, value | ~LOW_MAX);
	values_add(values, value << 32 | value >> 32);
}

static void values_add_blocks(struct values *values, uint64_t block_bytes)
{
	values_add(values, 2 * block_bytes);
	values_add(values, 3 * block_bytes);
	values_add(values, block_bytes / 2);
	values_add(values, block_bytes + block_bytes / 2);
	values_add(values, LOW_MAX + 1 - block_bytes);
	values_add(values, LOW_MAX + 1 + block_bytes);
	values_add(values, -block_bytes);
}

/* Offsets at which a transfer of `length` bytes ends at the capacity or a little before or behind, or wraps. */
static void values_add_offsets(struct values *values, uint64_t length, uint64_t block_bytes, uint64_t capacity)
{
	static const int sides[] = {-1, 0, 1};
	const uint64_t ends[] = {capacity - length, capacity, LOW_MAX + 1 - length, LOW_MAX + 1, -length};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		for (size_t k = 0; k < sizeof(sides) / sizeof(sides[0]); k++)
			values_add(values, ends[i] + (uint64_t)sides[k] * block_bytes);
		values_add(values, ends[i] - 1);
		values_add(values, ends[i] ^ 1ull << 32);
	}
}

/* Members and others, with the bits that do not count, bits that do, and garbage in the upper half. */
static void values_add_set(struct values *values, uint64_t set)
{
	uint64_t ignored = set >> 32;
	const uint64_t extras[] = {
		0, ignored, ignored & -ignored, ignored & (ignored - 1), 1 << 5, 1ull << 31, 1ull << 40, ~LOW_MAX,
	};

	for (uint64_t member = 0; member < 32; member++) {
		for (size_t i = 0; i < sizeof(extras) / sizeof(extras[0]); i++)
			values_add(values, member | extras[i]);
	}
}

static void values_add_range(struct values *values, uint64_t start, uint64_t end)
{
	values_add_near(values, end);
	values_add(values, start + LOW_MAX);
	values_add(values, start + LOW_MAX + 1);
	values_add(values, start - LOW_MAX - 1);
	values_add(values, start + (end - start) / 2);
	values_add(values, end - LOW_MAX - 1);
	values_add(values, end + LOW_MAX);
	values_add(values, end + LOW_MAX + 1);
	values_add(values, 1ull << 47);
	values_add(values, 2 * (LOW_MAX + 1));
}

/* What to try for an argument; the switch has no default so that a new test of the table must be taught here. */
static struct values values_of(const struct policy_condition *condition, uint64_t length)
{
	struct values values = {.count = 0};

	values_add(&values, 0);
	values_add(&values, UINT64_MAX);
	values_add(&values, LOW_MAX);
	values_add(&values, LOW_MAX + 1);
	values_add_near(&values, condition->value);
	switch ((enum hostcall_test)condition->test) {
	case HOSTCALL_TEST_EQ:
	case HOSTCALL_TEST_INT:
	case HOSTCALL_TEST_LE:
	case HOSTCALL_TEST_BELOW:
		values_add(&values, condition->value / 2);
		return values;
	case HOSTCALL_TEST_SET:
		values_add_set(&values, condition->value);
		return values;
	case HOSTCALL_TEST_INSIDE:
	case HOSTCALL_TEST_LOW_OR_INSIDE:
		values_add_range(&values, condition->value, condition->end);
		return values;
	case HOSTCALL_TEST_WHOLE:
		values_add_blocks(&values, condition->value);
		return values;
	case HOSTCALL_TEST_WITHIN:
		values_add_offsets(&values, length, condition->value, condition->end);
		return values;
	case HOSTCALL_TEST_COUNT:
		break;
	}
	abort(); /* no test of the table */
}

static uint64_t value_allowed(const struct policy_condition *condition)
{
	if (condition->test == HOSTCALL_TEST_WITHIN)
		return 0;
	if (condition->test == HOSTCALL_TEST_BELOW)
		return condition->value / 2;
	if (condition->test == HOSTCALL_TEST_SET)
		return condition->value ? (uint64_t)__builtin_ctzll(condition->value) : 0;
	return condition->value;
}

struct seccomp_data case_allowed(const struct policy_rule *rule)
{
	struct seccomp_data call = {.nr = rule->row->number, .arch = EVALUATOR_ARCH};

	for (size_t i = 0; i < sizeof(call.args) / sizeof(call.args[0]); i++)
		call.args[i] = CASE_FILLER;
	for (unsigned i = 0; i < rule->row->arg_count; i++) {
		struct policy_condition condition = policy_condition(rule, i);

		call.args[condition.index] = value_allowed(&condition);
	}
	return call;
}

/* Offsets for several lengths: in argument 2, as WITHIN has it. */
static void transfers_each(const struct policy_rule *rule, const struct policy_condition *within, case_visit *visit,
			   void *context)
{
	const uint64_t lengths[] = {0, within->value, 2 * within->value, within->end & LOW_MAX,
				    LOW_MAX + 1 - within->value};

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct seccomp_data call = case_allowed(rule);
		struct values offsets = values_of(within, lengths[i]);

		call.args[2] = lengths[i];
		for (size_t k = 0; k < offsets.count; k++) {
			call.args[within->index] = offsets.list[k];
			visit(&call, context);
		}
	}
}

void cases_each(const struct policy_rule *rule, case_visit *visit, void *context)
{
	struct seccomp_data allowed = case_allowed(rule);

	visit(&allowed, context);
	for (unsigned i = 0; i < rule->row->arg_count; i++) {
		struct policy_condition condition = policy_condition(rule, i);
		struct seccomp_data call = allowed;
		struct values values = values_of(&condition, allowed.args[2]);

		if (condition.test == HOSTCALL_TEST_WITHIN) {
			transfers_each(rule, &condition, visit, context);
			continue;
		}
		for (size_t k = 0; k < values.count; k++) {
			call.args[condition.index] = values.list[k];
			visit(&call, context);
		}
	}
}

void case_places_each(const struct policy_guest *guest, const struct seccomp_data *call, case_visit *visit,
		      void *context)
{
	uint64_t slot = guest->kernel.slot;
	const uint64_t places[] = {
		slot,       slot + 0x1002,      slot + LOW_MAX,
		slot - 1,   slot + LOW_MAX + 1, slot ^ 1ull << 63,
		slot >> 32, slot << 16,         0,
		UINT64_MAX,
	};
	struct seccomp_data placed = *call;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		placed.instruction_pointer = places[i];
		visit(&placed, context);
	}
}

/* xorshift64: good enough to choose with. */
static uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static uint64_t random_value(uint64_t *state, const struct policy_condition *condition, uint64_t length)
{
	struct values values = values_of(condition, length);
	uint64_t value = values.list[random_next(state) % values.count];
	uint64_t blocks;

	switch (random_next(state) % 8) {
	case 0:
		return random_next(state) >> random_next(state) % 64;
	case 1:
		return value ^ 1ull << random_next(state) % 64;
	case 2:
	case 3:
	case 4:
		if (condition->test != HOSTCALL_TEST_WITHIN && condition->test != HOSTCALL_TEST_WHOLE)
			return value;
		blocks = condition->test == HOSTCALL_TEST_WITHIN ? condition->end / condition->value + 2 : 64;
		return random_next(state) % blocks * condition->value;
	default:
		return value;
	}
}

struct seccomp_data case_random(uint64_t *state, const struct policy_rule *rules, size_t count)
{
	const struct policy_rule *rule = &rules[random_next(state) % count];
	struct seccomp_data call = case_allowed(rule);

	for (unsigned i = 0; i < rule->row->arg_count; i++) {
		struct policy_condition condition = policy_condition(rule, i);

		if (random_next(state) % 2)
			call.args[condition.index] = random_value(state, &condition, call.args[2]);
	}
	if (random_next(state) % 32 == 0)
		call.nr = (int)(random_next(state) % 600);
	if (random_next(state) % 64 == 0)
		call.nr ^= 1 << random_next(state) % 31;
	if (random_next(state) % 64 == 0)
		call.arch ^= 1u << random_next(state) % 32;
	return call;
}

const char *case_text(const struct seccomp_data *call)
{
	static char text[256];

	snprintf(text, sizeof(text), "arch 0x%x from 0x%llx call %d (0x%llx, 0x%llx, 0x%llx, 0x%llx, 0x%llx, 0x%llx)",
		 call->arch, (unsigned long long)call->instruction_pointer, call->nr, (unsigned long long)call->args[0],
		 (unsigned long long)call->args[1], (unsigned long long)call->args[2],
		 (unsigned long long)call->args[3], (unsigned long long)call->args[4],
		 (unsigned long long)call->args[5]);
	return text;
}
