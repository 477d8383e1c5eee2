/*
 * The seccomp assembler: rules in, classic BPF out.
 *
 * Shape of a filter: check the architecture, then for each call number a group
 *
 *     jeq #number, group, next
 *   group:
 *     rule 0: its conditions, each failing to rule 1; allow
 *     rule 1: ...
 *     kill
 *   next:
 *
 * A group whose rules all begin by comparing the same argument with different values (a descriptor, as a rule) loads
 * that argument once: each further device then costs one comparison.
 */
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>

#include "tender/policy/policy.h"

#if defined(__x86_64__)
#define FILTER_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define FILTER_ARCH AUDIT_ARCH_AARCH64
#endif

#define X32_BIT 0x40000000u

/* A jump target to be resolved: the first instruction of the next rule. */
#define JUMP_FAIL 0xff

struct assembler {
	struct sock_filter *filter;
	size_t length;
	size_t max;
	size_t rule_start; /* jumps to JUMP_FAIL are resolved from here on */
};

static void emit_jump(struct assembler *as, uint16_t code, uint32_t k, uint8_t jump_true, uint8_t jump_false)
{
	if (as->length < as->max)
		as->filter[as->length] = (struct sock_filter){code, jump_true, jump_false, k};
	as->length++;
}

static void emit(struct assembler *as, uint16_t code, uint32_t k)
{
	emit_jump(as, code, k, 0, 0);
}

static uint32_t low(uint64_t value)
{
	return (uint32_t)value;
}

static uint32_t high(uint64_t value)
{
	return (uint32_t)(value >> 32);
}

static void emit_load_low(struct assembler *as, unsigned index)
{
	emit(as, BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offsetof(struct seccomp_data, args) + 8 * index));
}

static void emit_load_high(struct assembler *as, unsigned index)
{
	emit(as, BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offsetof(struct seccomp_data, args) + 8 * index + 4));
}

static void emit_equal(struct assembler *as, uint32_t k)
{
	emit_jump(as, BPF_JMP | BPF_JEQ | BPF_K, k, 0, JUMP_FAIL);
}

static void emit_test_equal(struct assembler *as, unsigned index, uint64_t value)
{
	emit_load_high(as, index);
	emit_equal(as, high(value));
	emit_load_low(as, index);
	emit_equal(as, low(value));
}

/* argument <= value, by halves */
static void emit_test_at_most(struct assembler *as, unsigned index, uint64_t value)
{
	emit_load_high(as, index);
	emit_jump(as, BPF_JMP | BPF_JGT | BPF_K, high(value), JUMP_FAIL, 0);
	emit_jump(as, BPF_JMP | BPF_JEQ | BPF_K, high(value), 0, 2);
	emit_load_low(as, index);
	emit_jump(as, BPF_JMP | BPF_JGT | BPF_K, low(value), JUMP_FAIL, 0);
}

static void emit_test_whole(struct assembler *as, unsigned index, uint64_t block_bytes)
{
	emit_load_high(as, index);
	emit_equal(as, 0);
	emit_load_low(as, index);
	emit_jump(as, BPF_JMP | BPF_JSET | BPF_K, low(block_bytes - 1), JUMP_FAIL, 0);
}

/*
 * The offset in `index` is block-aligned and offset + length <= capacity, where the length is argument 2, already
 * known to be below 4 GiB: the 64-bit sum is formed by halves with the carry added by hand. The high half cannot wrap,
 * because it was first found to be at most capacity's.
 */
static void emit_test_within(struct assembler *as, unsigned index, uint64_t block_bytes, uint64_t capacity)
{
	emit_load_high(as, index);
	emit_jump(as, BPF_JMP | BPF_JGT | BPF_K, high(capacity), JUMP_FAIL, 0);
	emit_load_low(as, 2);
	emit(as, BPF_MISC | BPF_TAX, 0);
	emit_load_low(as, index);
	emit_jump(as, BPF_JMP | BPF_JSET | BPF_K, low(block_bytes - 1), JUMP_FAIL, 0);
	emit(as, BPF_ALU | BPF_ADD | BPF_X, 0);
	emit(as, BPF_ST, 0);
	emit_jump(as, BPF_JMP | BPF_JGE | BPF_X, 0, 3, 0); /* sum >= length: no carry */
	emit_load_high(as, index);
	emit(as, BPF_ALU | BPF_ADD | BPF_K, 1);
	emit(as, BPF_JMP | BPF_JA, 1);
	emit_load_high(as, index);
	emit_jump(as, BPF_JMP | BPF_JGT | BPF_K, high(capacity), JUMP_FAIL, 0);
	emit_jump(as, BPF_JMP | BPF_JEQ | BPF_K, high(capacity), 0, 2);
	emit(as, BPF_LD | BPF_MEM, 0);
	emit_jump(as, BPF_JMP | BPF_JGT | BPF_K, low(capacity), JUMP_FAIL, 0);
}

static void emit_condition(struct assembler *as, const struct policy_condition *condition)
{
	switch ((enum hostcall_test)condition->test) {
	case HOSTCALL_TEST_EQ:
		emit_test_equal(as, condition->index, condition->value);
		break;
	case HOSTCALL_TEST_LE:
		emit_test_at_most(as, condition->index, condition->value);
		break;
	case HOSTCALL_TEST_WHOLE:
		emit_test_whole(as, condition->index, condition->value);
		break;
	case HOSTCALL_TEST_WITHIN:
		emit_test_within(as, condition->index, condition->value, condition->capacity);
		break;
	case HOSTCALL_TEST_COUNT:
		break;
	}
}

/* Points every open jump since rule_start to the instruction that comes next, less `back` instructions. */
static void resolve_jumps(struct assembler *as, size_t back)
{
	for (size_t i = as->rule_start; i < as->length && as->length <= as->max; i++) {
		struct sock_filter *insn = &as->filter[i];
		uint8_t distance = (uint8_t)(as->length - back - i - 1);

		if (BPF_CLASS(insn->code) != BPF_JMP || BPF_OP(insn->code) == BPF_JA)
			continue;
		if (insn->jt == JUMP_FAIL)
			insn->jt = distance;
		if (insn->jf == JUMP_FAIL)
			insn->jf = distance;
	}
	as->rule_start = as->length;
}

static void emit_return(struct assembler *as, uint32_t action)
{
	emit(as, BPF_RET | BPF_K, action);
}

/* True if one load of the first condition's argument can serve the whole group. */
static bool group_shares_load(const struct policy_rule *rules, size_t count)
{
	const struct policy_condition *first = &rules[0].conditions[0];

	for (size_t i = 0; i < count; i++) {
		const struct policy_condition *condition = &rules[i].conditions[0];

		if (rules[i].row->arg_count == 0 || condition->test != HOSTCALL_TEST_EQ)
			return false;
		if (condition->index != first->index || high(condition->value) != high(first->value))
			return false;
		for (size_t k = 0; k < i; k++) {
			if (rules[k].conditions[0].value == condition->value)
				return false;
		}
	}
	return true;
}

/* One rule of a sharing group, entered with the low half of its first argument loaded. */
static void emit_shared_rule(struct assembler *as, const struct policy_rule *rule)
{
	size_t compare = as->length;

	emit_jump(as, BPF_JMP | BPF_JEQ | BPF_K, low(rule->conditions[0].value), 0, 0);
	as->rule_start = as->length;
	for (unsigned i = 1; i < rule->row->arg_count; i++)
		emit_condition(as, &rule->conditions[i]);
	emit_return(as, SECCOMP_RET_ALLOW);
	if (rule->row->arg_count > 1) {
		/* No other rule has this value: what fails here is refused. */
		emit_return(as, SECCOMP_RET_KILL_PROCESS);
		resolve_jumps(as, 1);
	}
	if (as->length <= as->max)
		as->filter[compare].jf = (uint8_t)(as->length - compare - 1);
}

static void emit_group(struct assembler *as, const struct policy_rule *rules, size_t count)
{
	if (group_shares_load(rules, count)) {
		const struct policy_condition *first = &rules[0].conditions[0];

		emit_load_high(as, first->index);
		emit_jump(as, BPF_JMP | BPF_JEQ | BPF_K, high(first->value), 1, 0);
		emit_return(as, SECCOMP_RET_KILL_PROCESS);
		emit_load_low(as, first->index);
		for (size_t i = 0; i < count; i++)
			emit_shared_rule(as, &rules[i]);
	} else {
		for (size_t i = 0; i < count; i++) {
			as->rule_start = as->length;
			for (unsigned k = 0; k < rules[i].row->arg_count; k++)
				emit_condition(as, &rules[i].conditions[k]);
			emit_return(as, SECCOMP_RET_ALLOW);
			resolve_jumps(as, 0);
		}
	}
	emit_return(as, SECCOMP_RET_KILL_PROCESS);
}

static bool number_seen_before(const struct policy_rule *rules, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (rules[i].row->number == rules[index].row->number)
			return true;
	}
	return false;
}

/* Copies the rules of one call number to group[]; returns how many there are. */
static size_t group_collect(const struct policy_rule *rules, size_t count, size_t first, struct policy_rule *group)
{
	size_t size = 0;

	for (size_t i = first; i < count; i++) {
		if (rules[i].row->number == rules[first].row->number)
			group[size++] = rules[i];
	}
	return size;
}

static void emit_prologue(struct assembler *as)
{
	emit(as, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
	emit_jump(as, BPF_JMP | BPF_JEQ | BPF_K, FILTER_ARCH, 1, 0);
	emit_return(as, SECCOMP_RET_KILL_PROCESS);
	emit(as, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	emit_jump(as, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
	emit_return(as, SECCOMP_RET_KILL_PROCESS);
}

size_t policy_assemble(const struct policy_rule *rules, size_t count, struct sock_filter *filter, size_t max)
{
	static struct policy_rule group[POLICY_RULES_MAX];
	struct assembler as = {.filter = filter, .max = max};

	emit_prologue(&as);
	for (size_t i = 0; i < count; i++) {
		size_t skip;

		if (number_seen_before(rules, i))
			continue;
		emit_jump(&as, BPF_JMP | BPF_JEQ | BPF_K, rules[i].row->number, 1, 0);
		skip = as.length;
		emit(&as, BPF_JMP | BPF_JA, 0);
		emit_group(&as, group, group_collect(rules, count, i, group));
		if (as.length <= max)
			filter[skip].k = (uint32_t)(as.length - skip - 1);
	}
	emit_return(&as, SECCOMP_RET_KILL_PROCESS);
	return as.length <= max ? as.length : 0;
}
