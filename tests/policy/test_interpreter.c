/* The tests' own tools: what the interpreter accepts and computes, and the evaluator on cases worked out by hand. */
#include "tests/policy/evaluator.h"
#include "tests/policy/interpreter.h"
#include "tests/policy/shapes.h"
#include "tests/unit/unit.h"

#define INSN(code, jt, jf, k)                                                                                          \
	{                                                                                                              \
		(code), (jt), (jf), (k)                                                                                \
	}
#define LOAD(offset) INSN(BPF_LD | BPF_W | BPF_ABS, 0, 0, offset)
#define RETURN(value) INSN(BPF_RET | BPF_K, 0, 0, value)
#define RETURN_A INSN(BPF_RET | BPF_A, 0, 0, 0)

struct program_case {
	const char *what;
	const char *wrong; /* NULL: accepted */
	size_t length;
	struct sock_filter program[6];
};

static const struct program_case program_cases[] = {
	{"the smallest", NULL, 1, {RETURN(0)}},
	{"the last word", NULL, 2, {LOAD(60), RETURN_A}},
	{"nothing", "impossible length", 0, {RETURN(0)}},
	{"no return", "no return at the end", 2, {RETURN(0), LOAD(0)}},
	{"behind the data", "load outside of the data", 2, {LOAD(64), RETURN(0)}},
	{"unaligned", "load outside of the data", 2, {LOAD(2), RETURN(0)}},
	{"a byte", "unknown load", 2, {INSN(BPF_LD | BPF_B | BPF_ABS, 0, 0, 0), RETURN(0)}},
	{"indirect", "unknown load", 2, {INSN(BPF_LD | BPF_W | BPF_IND, 0, 0, 0), RETURN(0)}},
	{"jump behind the end", "jump outside of the program", 2, {INSN(BPF_JMP | BPF_JA, 0, 0, 1), RETURN(0)}},
	{"jump far", "jump outside of the program", 2, {INSN(BPF_JMP | BPF_JA, 0, 0, UINT32_MAX), RETURN(0)}},
	{"true behind the end",
	 "jump outside of the program",
	 2,
	 {INSN(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 0), RETURN(0)}},
	{"false behind the end",
	 "jump outside of the program",
	 2,
	 {INSN(BPF_JMP | BPF_JSET | BPF_X, 0, 1, 0), RETURN(0)}},
	{"jump at the end", "jump outside of the program", 1, {INSN(BPF_JMP | BPF_JA, 0, 0, 0)}},
	{"no such jump", "unknown jump", 2, {INSN(BPF_JMP | 0x50, 0, 0, 0), RETURN(0)}},
	{"memory never written",
	 "load of scratch memory that may not be written",
	 2,
	 {INSN(BPF_LD | BPF_MEM, 0, 0, 3), RETURN(0)}},
	{"memory written on one way only",
	 "load of scratch memory that may not be written",
	 4,
	 {INSN(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 0), INSN(BPF_ST, 0, 0, 3), INSN(BPF_LDX | BPF_MEM, 0, 0, 3),
	  RETURN(0)}},
	{"memory written on both ways",
	 NULL,
	 5,
	 {INSN(BPF_ST, 0, 0, 3), INSN(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 0), LOAD(0), INSN(BPF_LD | BPF_MEM, 0, 0, 3),
	  RETURN(0)}},
	{"memory behind its end", "store outside of scratch memory", 2, {INSN(BPF_ST, 0, 0, 16), RETURN(0)}},
	{"division by zero", "division by zero", 2, {INSN(BPF_ALU | BPF_DIV | BPF_K, 0, 0, 0), RETURN(0)}},
	{"wide shift", "shift by more than a word", 2, {INSN(BPF_ALU | BPF_LSH | BPF_K, 0, 0, 32), RETURN(0)}},
	{"modulo", "unknown operation", 2, {INSN(BPF_ALU | BPF_MOD | BPF_K, 0, 0, 2), RETURN(0)}},
	{"return of X", "unknown return", 1, {INSN(BPF_RET | BPF_X, 0, 0, 0)}},
	{"no such move", "unknown move", 2, {INSN(BPF_MISC | 0x40, 0, 0, 0), RETURN(0)}},
};

static void programs_are_judged_as_by_the_kernel(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(program_cases); i++) {
		const struct program_case *c = &program_cases[i];
		size_t at;
		const char *wrong = interpreter_check(c->program, c->length, &at);

		if (!wrong != !c->wrong || (wrong && strcmp(wrong, c->wrong) != 0))
			fail_msg("%s: %s", c->what, wrong ? wrong : "was accepted");
	}
}

/* ((nr + 5) ^ low half of argument 1) by way of X and scratch memory. */
static void values_are_computed(void **state)
{
	static const struct sock_filter program[] = {
		LOAD(0),
		INSN(BPF_ALU | BPF_ADD | BPF_K, 0, 0, 5),
		INSN(BPF_ST, 0, 0, 2),
		LOAD(offsetof(struct seccomp_data, args[1])),
		INSN(BPF_MISC | BPF_TAX, 0, 0, 0),
		INSN(BPF_LD | BPF_MEM, 0, 0, 2),
		INSN(BPF_ALU | BPF_XOR | BPF_X, 0, 0, 0),
		RETURN_A,
	};
	struct seccomp_data data = {.nr = 7, .args = {0, 0x1234567812345678}};
	size_t at;

	(void)state;
	assert_null(interpreter_check(program, ARRAY_COUNT(program), &at));
	assert_int_equal(interpreter_run(program, &data), 0x12345678 ^ 12);
	data.nr = -5;
	assert_int_equal(interpreter_run(program, &data), 0x12345678);
}

static void jumps_are_taken(void **state)
{
	static const struct {
		uint16_t code;
		uint32_t a;
		uint32_t k;
		bool taken;
	} cases[] = {
		{BPF_JEQ, 5, 5, true},
		{BPF_JEQ, 5, 4, false},
		{BPF_JGT, 5, 5, false},
		{BPF_JGT, 0x80000000, 5, true},
		{BPF_JGE, 5, 5, true},
		{BPF_JGE, 4, 0x80000000, false},
		{BPF_JSET, 0x80000000, 0x80000001, true},
		{BPF_JSET, 4, 3, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		const struct sock_filter program[] = {
			LOAD(0),
			INSN((uint16_t)(BPF_JMP | BPF_K | cases[i].code), 1, 0, cases[i].k),
			RETURN(0),
			RETURN(1),
		};
		struct seccomp_data data = {.nr = (int)cases[i].a};

		assert_int_equal(interpreter_run(program, &data), cases[i].taken);
	}
}

struct transfer_case {
	uint64_t length;
	uint64_t offset;
	bool solo5;
	bool tend;
};

/* A device of 4 GiB and one sector of 512. */
#define CAPACITY 0x100000200ull
static const struct transfer_case transfer_cases[] = {
	{512, 0, true, true},
	{512, CAPACITY - 512, true, true},
	{512, CAPACITY, false, false},
	{512, CAPACITY - 1, false, false},
	{512, 1, true, false}, /* upstream does not look at the alignment */
	{512, CAPACITY - 511, false, false},
	{1024, CAPACITY - 1024, false, true},
	{1024, CAPACITY - 512, false, false},
	{1024, 0xfffffe00, false, true}, /* the sum carries into the high half, and just fits */
	{1536, 0xfffffe00, false, false},
	{0, CAPACITY, false, true},
	{0, CAPACITY + 512, false, false},
	{256, 0, false, false},
	{513, 0, false, false},
	{0xfffffe00, 0, false, true},
	{0xfffffe00, 1024, false, true},
	{0xfffffe00, 1536, false, false},
	{0x100000000, 0, false, false}, /* lengths stay below 4 GiB */
	{0x100000200, 0, false, false},
	{512, (uint64_t)-512, false, false}, /* the sum wraps to zero */
	{1024, (uint64_t)-512, false, false},
	{512, 1ull << 63, false, false},
};

static bool is_allowed(const struct policy_guest *guest, const struct seccomp_data *call)
{
	return evaluator_guest_action(guest, call) == SECCOMP_RET_ALLOW;
}

static void transfers_are_evaluated(void **state)
{
	struct shape shape = UNIKERNEL_SHAPE("4 GiB and a sector", SOLO5, 0, 1, 512, CAPACITY);
	struct policy_guest solo5;
	struct policy_guest tend;

	(void)state;
	shape_guest(&shape, &solo5);
	shape.kind = HOSTCALL_GUEST_TEND;
	shape_guest(&shape, &tend);
	for (size_t i = 0; i < policy_table_count; i++) {
		struct seccomp_data call = {.nr = policy_table[i].number, .arch = EVALUATOR_ARCH};

		if (policy_table[i].feature != HOSTCALL_FEATURE_BLOCK)
			continue;
		for (size_t k = 0; k < ARRAY_COUNT(transfer_cases); k++) {
			const struct transfer_case *c = &transfer_cases[k];

			call.args[0] = (uint64_t)solo5.blocks[0].fd;
			call.args[2] = c->length;
			call.args[3] = c->offset;
			if (is_allowed(&solo5, &call) != c->solo5 || is_allowed(&tend, &call) != c->tend)
				fail_msg("%s of 0x%lx at 0x%lx", policy_table[i].name, (unsigned long)c->length,
					 (unsigned long)c->offset);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_are_judged_as_by_the_kernel),
		cmocka_unit_test(values_are_computed),
		cmocka_unit_test(jumps_are_taken),
		cmocka_unit_test(transfers_are_evaluated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
