/* System calls that trap: which may be patched, and with what; the lengths of instructions, compared with Zydis. */
#include "site.h"

#include <stdlib.h>
#include <string.h>

#include "image/patch/decoder.h"
#include "length.h"
#include "tests/kernel/unit.h"

#define RANDOM_CASES 2000000

static unsigned disagreements;

static void compare(const uint8_t bytes[INSTRUCTION_BYTES_MAX])
{
	struct instruction instruction;
	int length = instruction_length(bytes);

	if (!decoder_decode(bytes, INSTRUCTION_BYTES_MAX, &instruction) || length == LENGTH_UNKNOWN ||
	    length == instruction.length)
		return;
	print_error("length %d instead of %d:", length, instruction.length);
	for (unsigned i = 0; i < INSTRUCTION_BYTES_MAX; i++)
		print_error(" %02x", bytes[i]);
	print_error("\n");
	disagreements++;
}

static void bytes_random(uint8_t bytes[INSTRUCTION_BYTES_MAX])
{
	for (unsigned i = 0; i < INSTRUCTION_BYTES_MAX; i++)
		bytes[i] = (uint8_t)rand();
}

/* Each opcode of each map behind each prefix, with every ModRM byte. */
static void lengths_of_opcodes(void **state)
{
	static const char *const prefixes[] = {"",         "\x66",     "\x67",     "\xf2",     "\xf3",     "\x48",
					       "\x41",     "\x66\x48", "\x66\x67", "\xf0",     "\x2e\x2e", "\x0f",
					       "\x66\x0f", "\xf3\x0f", "\x0f\x38", "\x0f\x3a", "\xc5\xf8"};
	uint8_t bytes[INSTRUCTION_BYTES_MAX];

	(void)state;
	for (unsigned i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		for (unsigned opcode = 0; opcode < 0x10000; opcode++) {
			size_t length = strlen(prefixes[i]);

			bytes_random(bytes);
			memcpy(bytes, prefixes[i], length);
			bytes[length] = (uint8_t)(opcode >> 8);
			bytes[length + 1] = (uint8_t)opcode;
			compare(bytes);
		}
	}
	assert_int_equal(disagreements, 0);
}

static void lengths_of_anything(void **state)
{
	uint8_t bytes[INSTRUCTION_BYTES_MAX];

	(void)state;
	for (unsigned i = 0; i < RANDOM_CASES; i++) {
		bytes_random(bytes);
		compare(bytes);
	}
	assert_int_equal(disagreements, 0);
}

/* The bytes in front of a syscall; what is not given in front of them is nops. */
static struct site_code code_make(const char *hex)
{
	size_t count = strlen(hex) / 2;
	struct site_code code;

	memset(code.bytes, 0x90, sizeof(code.bytes));
	memcpy(code.bytes + SITE_BEFORE_BYTES, "\x0f\x05", SITE_SYSCALL_BYTES);
	for (size_t i = 0; i < count; i++) {
		const char digits[3] = {hex[2 * i], hex[2 * i + 1], '\0'};

		code.bytes[SITE_BEFORE_BYTES - count + i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return code;
}

static void shapes(void **state)
{
	static const struct {
		const char *before;
		uint64_t rax;
		bool patched;
	} cases[] = {
		{"b86e000000", 110, true},
		{"f30f1efab86e000000", 110, true},             /* endbr64 */
		{"31d2b86e000000", 110, true},                 /* or sar %cl,0x6e(%rax), which would have faulted */
		{"0f1f440000b86e000000", 110, true},           /* or add %bh,0x6e(%rax), which would have faulted */
		{"c3660f1f840000000000b86e000000", 110, true}, /* padding of functions */
		{"4889d6b814000000", 20, true},
		{"b86e000000", 111, false},           /* somebody else's number */
		{"b86e000000", 0x10000006e, false},   /* not what the mov leaves in RAX */
		{"b80f000000", 15, false},            /* sigreturn */
		{"b800020000", 512, false},           /* no system call */
		{"90909090ba", 110, false},           /* no mov */
		{"48c7c06e000000", 110, false},       /* the mov of seven bytes */
		{"41b86e000000", 110, false},         /* mov $110,%r8d */
		{"8db86e000000", 110, false},         /* lea 0x6e(%rax),%edi */
		{"c745b86e000000", 110, false},       /* movl $110,-0x48(%rbp) */
		{"48b8000000b86e000000", 110, false}, /* part of an address */
		{"418bb86e000000", 110, false},       /* mov 0x6e(%r8),%edi */
		{"6548ffb86e000000", 110, true},      /* no instruction */
		{"f7b86e000000", 110, false},         /* idivl, which changes RAX */
		{"d5b86e000000", 110, false},         /* unknown */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct site_code code = code_make(cases[i].before);

		if (site_can_be_patched(&code, cases[i].rax) != cases[i].patched)
			fail_msg("%s: %spatched", cases[i].before, cases[i].patched ? "not " : "");
	}
}

/* The site's new bytes lead to the stub, the stub's lea behind the syscall. */
static void stubs(void **state)
{
	static const uint8_t expected[SITE_STUB_BYTES] = {
		0xb8, 39, 0, 0, 0,    0x48, 0x8d, 0x0d, 0xf6, 0xff, 0xfe, 0xff, 0x65, 0xff, 0x24, 0x25,
		24,   0,  0, 0, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc};
	static const uint8_t jump_expected[SITE_PATCH_BYTES] = {0xe9, 0, 0, 1, 0};
	uint8_t stub[SITE_STUB_BYTES], jump[SITE_PATCH_BYTES];
	const uint64_t site = 0x400000, near = 0x410000, far = site + (1ull << 31) + 100;

	(void)state;
	assert_true(site_stub(stub, near, site, 39));
	assert_memory_equal(stub, expected, sizeof(stub));
	assert_true(site_jump(jump, site, near));
	assert_memory_equal(jump, jump_expected, sizeof(jump));
	assert_false(site_stub(stub, far, site, 39));
	assert_false(site_jump(jump, site, far));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lengths_of_opcodes),
		cmocka_unit_test(lengths_of_anything),
		cmocka_unit_test(shapes),
		cmocka_unit_test(stubs),
	};
	struct error error;

	if (decoder_open(&error) < 0) {
		print_error("%s\n", error.text);
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
