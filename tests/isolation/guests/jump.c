/*
 * jump number N: one host call of that number from the kernel's text, with arguments that are plausible for many.
 * jump rows SEED: host calls made of the table's own rows, each with arguments at or next to what the row allows, until
 * the filter ends the program or CALLS of them were let through.
 */
#include <linux/time_types.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tender/policy/policy.h"
#include "tests/isolation/guests/gate.h"

#define CALLS 200
/* Where most mappings go: far from everything that the program lives on. */
#define PLAYGROUND (8ull << 40)
#define PLAYGROUND_BYTES (1ull << 32)

static uint64_t seed;
static uint64_t memory; /* a page of zeroes: an empty poll set, a timeout of nothing */

static uint64_t below(uint64_t bound)
{
	return gate_random(&seed) % bound;
}

static void number_call(uint64_t number)
{
	const uint64_t plain[6] = {0};
	const uint64_t pointers[6] = {memory, memory, memory, memory, memory, memory};

	gate_call(number, plain);
	gate_call(number, pointers);
}

/* What the tender made the filter from. */
static struct policy_guest guest_describe(void)
{
	const struct kernel_boot *boot = gate_boot;

	return (struct policy_guest){
		.kind = boot->policy == KERNEL_POLICY_STRICT ? HOSTCALL_GUEST_STRICT : HOSTCALL_GUEST_STANDARD,
		.kernel = {.slot = boot->kernel_base,
			   .user_start = boot->user_base,
			   .user_end = boot->user_base + boot->user_bytes,
			   .arena_start = boot->arena_base,
			   .arena_end = boot->arena_base + boot->arena_bytes,
			   .image_fd = boot->image_fd,
			   .arena_fd = boot->arena_fd,
			   .wake_fd = boot->wake_fd,
			   .control_fd = boot->control_fd,
			   .trace_fd = boot->trace_fd},
	};
}

static uint64_t address_make(const struct policy_condition *condition)
{
	const uint64_t edges[] = {condition->value,
				  condition->end - 4096,
				  condition->value - 1,
				  condition->end,
				  0,
				  (1ull << 32) - 4096,
				  1ull << 32,
				  -4096ull};

	if (below(8) == 0)
		return edges[below(sizeof(edges) / sizeof(edges[0]))];
	if (condition->end - condition->value > PLAYGROUND + PLAYGROUND_BYTES)
		return condition->value + PLAYGROUND + below(PLAYGROUND_BYTES / 4096) * 4096;
	return condition->value + below((condition->end - condition->value) / 4096) * 4096;
}

/* An argument that meets the condition, or nearly. */
static uint64_t argument_make(const struct policy_condition *condition)
{
	uint64_t value = condition->value;

	switch (condition->test) {
	case HOSTCALL_TEST_INT:
		return below(2) ? value : (value & UINT32_MAX) | below(1u << 20) << 32;
	case HOSTCALL_TEST_LE:
		return below(value + 1);
	case HOSTCALL_TEST_BELOW:
		return below(4) ? below(64) * 4096 : below(value);
	case HOSTCALL_TEST_SET:
		do
			value = below(32);
		while (!(condition->value >> value & 1));
		return value | (gate_random(&seed) & condition->value >> 32);
	case HOSTCALL_TEST_INSIDE:
	case HOSTCALL_TEST_LOW_OR_INSIDE:
		return address_make(condition);
	default:
		return value;
	}
}

static uint64_t damage(uint64_t value)
{
	switch (below(5)) {
	case 0:
		return value + 1;
	case 1:
		return value - 1;
	case 2:
		return value ^ 1ull << below(64);
	case 3:
		return value << 32 | value >> 32;
	default:
		return gate_random(&seed);
	}
}

static void row_call(const struct policy_rule *rule)
{
	uint64_t arguments[6];

	for (unsigned i = 0; i < 6; i++)
		arguments[i] = below(3) ? memory : below(2) ? 0 : gate_random(&seed);
	for (unsigned i = 0; i < rule->row->arg_count; i++) {
		struct policy_condition condition = policy_condition(rule, i);

		arguments[condition.index] = argument_make(&condition);
	}
	if (below(12) == 0) {
		unsigned i = (unsigned)below(6);

		arguments[i] = damage(arguments[i]);
	}
	gate_call(rule->row->number, arguments);
}

/* Not every row is for every call: some end the program, and some sleep for as long as they are told. */
static bool is_tried(const struct policy_rule *rule)
{
	bool is_end = strncmp(rule->row->name, "exit", 4) == 0 || strcmp(rule->row->name, "rt_sigreturn") == 0;

	return !is_end || below(16) == 0;
}

static void rows_call(void)
{
	static struct policy_rule rules[POLICY_RULES_MAX];
	struct policy_guest guest = guest_describe();
	size_t count = policy_rules(&guest, rules);

	for (unsigned call = 0; call < CALLS; call++) {
		const struct policy_rule *rule = &rules[below(count)];

		if (is_tried(rule))
			row_call(rule);
		memset((void *)(uintptr_t)memory, 0, sizeof(struct __kernel_timespec));
	}
}

int main(int argc, char **argv)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (argc != 3 || page == MAP_FAILED)
		return 98;
	memory = (uint64_t)(uintptr_t)page;
	gate_find();
	if (strcmp(argv[1], "number") == 0) {
		number_call((uint64_t)strtoll(argv[2], NULL, 0));
	} else {
		seed = strtoull(argv[2], NULL, 0) * 7919 + 1;
		rows_call();
	}
	return 0;
}
