/* Instructions, open jumps and conditions of a filter: see emit.h. */
#include "tender/policy/emit.h"

#include <linux/seccomp.h>
#include <stdbool.h>

void emit_jump(struct assembler *as, uint16_t code, uint32_t k, uint8_t jump_true, uint8_t jump_false)
{
	if (as->length < as->max)
		as->filter[as->length] = (struct sock_filter){code, jump_true, jump_false, k};
	as->length++;
}

void emit(struct assembler *as, uint16_t code, uint32_t k)
{
	emit_jump(as, code, k, 0, 0);
}

void emit_load_field(struct assembler *as, size_t offset)
{
	emit(as, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset);
}

void emit_load_low(struct assembler *as, unsigned index)
{
	emit_load_field(as, offsetof(struct seccomp_data, args) + 8 * index);
}

void emit_load_high(struct assembler *as, unsigned index)
{
	emit_load_field(as, offsetof(struct seccomp_data, args) + 8 * index + 4);
}

void emit_return(struct assembler *as, uint32_t action)
{
	emit(as, BPF_RET | BPF_K, action);
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
	emit_jump(as, BPF_JMP | BPF_JEQ | BPF_K, low(value), JUMP_PASS, JUMP_FAIL);
}

/* Sign-extended or not, the kernel sees the lower half. */
static void emit_test_int(struct assembler *as, unsigned index, uint64_t value)
{
	emit_load_low(as, index);
	emit_jump(as, BPF_JMP | BPF_JEQ | BPF_K, low(value), JUMP_PASS, JUMP_FAIL);
}

/* argument < limit, a multiple of 4 GiB */
static void emit_test_below(struct assembler *as, unsigned index, uint64_t limit)
{
	emit_load_high(as, index);
	emit_jump(as, BPF_JMP | BPF_JGE | BPF_K, high(limit), JUMP_FAIL, JUMP_PASS);
}

/* 1 << argument is in the set, whose upper half has the bits that do not count. */
static void emit_test_set(struct assembler *as, unsigned index, uint64_t set)
{
	emit_load_low(as, index);
	if (high(set))
		emit(as, BPF_ALU | BPF_AND | BPF_K, ~high(set));
	emit_jump(as, BPF_JMP | BPF_JGE | BPF_K, 32, JUMP_FAIL, 0);
	emit(as, BPF_MISC | BPF_TAX, 0);
	emit(as, BPF_LD | BPF_IMM, 1);
	emit(as, BPF_ALU | BPF_LSH | BPF_X, 0);
	emit_jump(as, BPF_JMP | BPF_JSET | BPF_K, low(set), JUMP_PASS, JUMP_FAIL);
}

/* start <= argument < end, multiples of 4 GiB: the upper half decides. */
static void emit_test_inside(struct assembler *as, unsigned index, uint64_t start, uint64_t end, bool or_low)
{
	emit_load_high(as, index);
	if (or_low)
		emit_jump(as, BPF_JMP | BPF_JEQ | BPF_K, 0, JUMP_PASS, 0);
	emit_jump(as, BPF_JMP | BPF_JGE | BPF_K, high(start), 0, JUMP_FAIL);
	emit_jump(as, BPF_JMP | BPF_JGE | BPF_K, high(end), JUMP_FAIL, JUMP_PASS);
}

/* argument <= value, by halves */
static void emit_test_at_most(struct assembler *as, unsigned index, uint64_t value)
{
	emit_load_high(as, index);
	if (high(value) == 0) {
		emit_equal(as, 0);
	} else {
		emit_jump(as, BPF_JMP | BPF_JGT | BPF_K, high(value), JUMP_FAIL, 0);
		emit_jump(as, BPF_JMP | BPF_JEQ | BPF_K, high(value), 0, JUMP_PASS);
	}
	emit_load_low(as, index);
	emit_jump(as, BPF_JMP | BPF_JGT | BPF_K, low(value), JUMP_FAIL, JUMP_PASS);
}

static void emit_test_whole(struct assembler *as, unsigned index, uint64_t block_bytes)
{
	emit_load_high(as, index);
	emit_equal(as, 0);
	emit_load_low(as, index);
	emit_jump(as, BPF_JMP | BPF_JSET | BPF_K, low(block_bytes - 1), JUMP_FAIL, JUMP_PASS);
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
	emit(as, BPF_ALU | BPF_ADD, 1); /* BPF_K, which is 0 like BPF_ADD */
	emit(as, BPF_JMP | BPF_JA, 1);
	emit_load_high(as, index);
	emit_jump(as, BPF_JMP | BPF_JGT | BPF_K, high(capacity), JUMP_FAIL, 0);
	emit_jump(as, BPF_JMP | BPF_JEQ | BPF_K, high(capacity), 0, JUMP_PASS);
	emit(as, BPF_LD | BPF_MEM, 0);
	emit_jump(as, BPF_JMP | BPF_JGT | BPF_K, low(capacity), JUMP_FAIL, JUMP_PASS);
}

void emit_condition(struct assembler *as, const struct policy_rule *rule, unsigned number)
{
	struct policy_condition condition = policy_condition(rule, number);

	switch ((enum hostcall_test)condition.test) {
	case HOSTCALL_TEST_EQ:
		emit_test_equal(as, condition.index, condition.value);
		break;
	case HOSTCALL_TEST_INT:
		emit_test_int(as, condition.index, condition.value);
		break;
	case HOSTCALL_TEST_LE:
		emit_test_at_most(as, condition.index, condition.value);
		break;
	case HOSTCALL_TEST_BELOW:
		emit_test_below(as, condition.index, condition.value);
		break;
	case HOSTCALL_TEST_SET:
		emit_test_set(as, condition.index, condition.value);
		break;
	case HOSTCALL_TEST_INSIDE:
	case HOSTCALL_TEST_LOW_OR_INSIDE:
		emit_test_inside(as, condition.index, condition.value, condition.end,
				 condition.test == HOSTCALL_TEST_LOW_OR_INSIDE);
		break;
	case HOSTCALL_TEST_WHOLE:
		emit_test_whole(as, condition.index, condition.value);
		break;
	case HOSTCALL_TEST_WITHIN:
		emit_test_within(as, condition.index, condition.value, condition.end);
		break;
	case HOSTCALL_TEST_COUNT:
		break;
	}
}

static bool is_conditional(const struct sock_filter *insn)
{
	return BPF_CLASS(insn->code) == BPF_JMP && BPF_OP(insn->code) != BPF_JA;
}

void jumps_rename(struct assembler *as, size_t first, uint8_t from, uint8_t to)
{
	for (size_t i = first; i < as->length && as->length <= as->max; i++) {
		struct sock_filter *insn = &as->filter[i];

		if (is_conditional(insn) && insn->jt == from)
			insn->jt = to;
		if (is_conditional(insn) && insn->jf == from)
			insn->jf = to;
	}
}

void jumps_resolve(struct assembler *as, size_t first, uint8_t target)
{
	for (size_t i = first; i < as->length && as->length <= as->max; i++) {
		struct sock_filter *insn = &as->filter[i];
		uint8_t distance = (uint8_t)(as->length - i - 1);

		if (is_conditional(insn) && insn->jt == target)
			insn->jt = distance;
		if (is_conditional(insn) && insn->jf == target)
			insn->jf = distance;
	}
}

void emit_ends(struct assembler *as)
{
	jumps_resolve(as, as->open, JUMP_KILL);
	emit_return(as, SECCOMP_RET_KILL_PROCESS);
	jumps_resolve(as, as->open, JUMP_ALLOW);
	emit_return(as, SECCOMP_RET_ALLOW);
	as->open = as->length;
}

void ends_keep_in_reach(struct assembler *as)
{
	if (as->length - as->open + RULE_LENGTH_MAX < JUMP_DISTANCE_MAX)
		return;
	emit(as, BPF_JMP | BPF_JA, 2);
	emit_ends(as);
}

void emit_conditions(struct assembler *as, const struct policy_rule *rule, unsigned from)
{
	for (unsigned i = from; i < rule->row->arg_count; i++) {
		size_t start = as->length;

		emit_condition(as, rule, i);
		if (i + 1 < rule->row->arg_count)
			jumps_resolve(as, start, JUMP_PASS);
		else
			jumps_rename(as, start, JUMP_PASS, JUMP_ALLOW);
	}
}
