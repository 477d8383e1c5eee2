/* The rules of the kernel's bpf_check_classic, seccomp_check_filter and check_load_and_stores: see interpreter.h. */
#include "tests/policy/interpreter.h"

#include <stdbool.h>
#include <string.h>

#define LENGTH_MAX 4096
#define ALL_WORDS 0xffffu
#define WORD_SIZE sizeof(uint32_t)

_Static_assert(BPF_MEMWORDS == 16, "one bit per word of scratch memory");

static const char *load_check(const struct sock_filter *insn)
{
	switch (insn->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		return insn->k >= sizeof(struct seccomp_data) || insn->k % WORD_SIZE ? "load outside of the data"
										     : NULL;
	case BPF_LD | BPF_MEM:
	case BPF_LDX | BPF_MEM:
		return insn->k >= BPF_MEMWORDS ? "load outside of scratch memory" : NULL;
	case BPF_LD | BPF_IMM:
	case BPF_LDX | BPF_IMM:
	case BPF_LD | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_W | BPF_LEN:
		return NULL;
	default:
		return "unknown load";
	}
}

static const char *alu_check(const struct sock_filter *insn)
{
	bool constant = BPF_SRC(insn->code) == BPF_K;

	switch (BPF_OP(insn->code)) {
	case BPF_ADD:
	case BPF_SUB:
	case BPF_MUL:
	case BPF_AND:
	case BPF_OR:
	case BPF_XOR:
		return NULL;
	case BPF_DIV:
		return constant && insn->k == 0 ? "division by zero" : NULL;
	case BPF_LSH:
	case BPF_RSH:
		return constant && insn->k >= 32 ? "shift by more than a word" : NULL;
	case BPF_NEG:
		return constant ? NULL : "unknown operation";
	default:
		return "unknown operation";
	}
}

static const char *jump_check(const struct sock_filter *insn, size_t left)
{
	switch (BPF_OP(insn->code)) {
	case BPF_JA:
		return insn->k >= left ? "jump outside of the program" : NULL;
	case BPF_JEQ:
	case BPF_JGT:
	case BPF_JGE:
	case BPF_JSET:
		return insn->jt >= left || insn->jf >= left ? "jump outside of the program" : NULL;
	default:
		return "unknown jump";
	}
}

/* `left` instructions follow this one. */
static const char *insn_check(const struct sock_filter *insn, size_t left)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
	case BPF_LDX:
		return load_check(insn);
	case BPF_ST:
	case BPF_STX:
		return insn->k >= BPF_MEMWORDS ? "store outside of scratch memory" : NULL;
	case BPF_ALU:
		return alu_check(insn);
	case BPF_JMP:
		return jump_check(insn, left);
	case BPF_RET:
		return BPF_RVAL(insn->code) == BPF_X ? "unknown return" : NULL;
	default:
		return insn->code == (BPF_MISC | BPF_TAX) || insn->code == (BPF_MISC | BPF_TXA) ? NULL : "unknown move";
	}
}

/* Which words of scratch memory are written on every way to each instruction. */
static const char *memory_check(const struct sock_filter *filter, size_t length, size_t *at)
{
	static uint16_t written[LENGTH_MAX];
	uint16_t valid = 0;

	memset(written, 0xff, sizeof(written));
	for (size_t i = 0; i < length; i++) {
		const struct sock_filter *insn = &filter[i];

		*at = i;
		valid &= written[i];
		if (BPF_CLASS(insn->code) == BPF_ST || BPF_CLASS(insn->code) == BPF_STX) {
			valid |= (uint16_t)(1u << insn->k);
		} else if (BPF_CLASS(insn->code) <= BPF_LDX && BPF_MODE(insn->code) == BPF_MEM) {
			if (!(valid & (1u << insn->k)))
				return "load of scratch memory that may not be written";
		} else if (insn->code == (BPF_JMP | BPF_JA)) {
			written[i + 1 + insn->k] &= valid;
			valid = ALL_WORDS;
		} else if (BPF_CLASS(insn->code) == BPF_JMP) {
			written[i + 1 + insn->jt] &= valid;
			written[i + 1 + insn->jf] &= valid;
			valid = ALL_WORDS;
		}
	}
	return NULL;
}

const char *interpreter_check(const struct sock_filter *filter, size_t length, size_t *at)
{
	*at = 0;
	if (length == 0 || length > LENGTH_MAX)
		return "impossible length";
	for (; *at < length; ++*at) {
		const char *wrong = insn_check(&filter[*at], length - *at - 1);

		if (wrong)
			return wrong;
	}
	*at = length - 1;
	if (BPF_CLASS(filter[length - 1].code) != BPF_RET)
		return "no return at the end";
	return memory_check(filter, length, at);
}

struct machine {
	uint32_t a;
	uint32_t x;
	uint32_t memory[BPF_MEMWORDS];
};

static uint32_t value_load(const struct machine *machine, const struct sock_filter *insn,
			   const struct seccomp_data *data)
{
	uint32_t value = insn->k;

	if (BPF_MODE(insn->code) == BPF_ABS)
		memcpy(&value, (const char *)data + insn->k, sizeof(value));
	else if (BPF_MODE(insn->code) == BPF_MEM)
		value = machine->memory[insn->k];
	else if (BPF_MODE(insn->code) == BPF_LEN)
		value = sizeof(*data);
	return value;
}

static uint32_t value_compute(uint16_t operation, uint32_t a, uint32_t operand)
{
	switch (operation) {
	case BPF_ADD:
		return a + operand;
	case BPF_SUB:
		return a - operand;
	case BPF_MUL:
		return a * operand;
	case BPF_DIV:
		return operand ? a / operand : 0;
	case BPF_AND:
		return a & operand;
	case BPF_OR:
		return a | operand;
	case BPF_XOR:
		return a ^ operand;
	case BPF_LSH:
		return a << (operand & 31);
	case BPF_RSH:
		return a >> (operand & 31);
	default:
		return -a;
	}
}

static size_t jump_distance(const struct sock_filter *insn, uint32_t a, uint32_t operand)
{
	bool taken;

	switch (BPF_OP(insn->code)) {
	case BPF_JA:
		return insn->k;
	case BPF_JEQ:
		taken = a == operand;
		break;
	case BPF_JGT:
		taken = a > operand;
		break;
	case BPF_JGE:
		taken = a >= operand;
		break;
	default:
		taken = a & operand;
		break;
	}
	return taken ? insn->jt : insn->jf;
}

uint32_t interpreter_run(const struct sock_filter *filter, const struct seccomp_data *data)
{
	struct machine machine = {0};

	for (const struct sock_filter *insn = filter;; insn++) {
		uint32_t operand = BPF_SRC(insn->code) == BPF_X ? machine.x : insn->k;

		switch (BPF_CLASS(insn->code)) {
		case BPF_LD:
			machine.a = value_load(&machine, insn, data);
			break;
		case BPF_LDX:
			machine.x = value_load(&machine, insn, data);
			break;
		case BPF_ST:
			machine.memory[insn->k] = machine.a;
			break;
		case BPF_STX:
			machine.memory[insn->k] = machine.x;
			break;
		case BPF_ALU:
			machine.a = value_compute(BPF_OP(insn->code), machine.a, operand);
			break;
		case BPF_JMP:
			insn += jump_distance(insn, machine.a, operand);
			break;
		case BPF_RET:
			return BPF_RVAL(insn->code) == BPF_A ? machine.a : insn->k;
		default:
			if (insn->code == (BPF_MISC | BPF_TAX))
				machine.x = machine.a;
			else
				machine.a = machine.x;
			break;
		}
	}
}
