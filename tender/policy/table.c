/* abi/hostcall.def as an array, and the words for its columns. */
#include <asm/unistd.h>
#include <stdarg.h>

#include "freestanding/format.h"
#include "tender/policy/policy.h"

/* clang-format off */
#define ARG(index, test, value) { (index), HOSTCALL_TEST_##test, HOSTCALL_VALUE_##value }
#define ARGS0 0, { { 0, 0, 0 } }
#define ARGS1(a) 1, { a }
#define ARGS2(a, b) 2, { a, b }
#define ARGS3(a, b, c) 3, { a, b, c }
#define ARGS5(a, b, c, d, e) 5, { a, b, c, d, e }
/* clang-format on */
#define HOSTCALL(call, feature, guests, args, why)                                                                     \
	{#call, why, __NR_##call, HOSTCALL_FEATURE_##feature, HOSTCALL_GUEST_##guests, HOSTCALL_ANSWER_ALLOWED, args},
#define HOSTCALL_ERROR(call, feature, guests, answer, why)                                                             \
	{#call, why, __NR_##call, HOSTCALL_FEATURE_##feature, HOSTCALL_GUEST_##guests, HOSTCALL_ANSWER_##answer, ARGS0},

const struct hostcall policy_table[] = {
#include "abi/hostcall.def"
};
const size_t policy_table_count = sizeof(policy_table) / sizeof(policy_table[0]);

#define TEXT_ITEM(name, text) text,
static const char *const test_texts[] = {HOSTCALL_TESTS(TEXT_ITEM)};
#define CONSTANT_TEXT_ITEM(name, number, text) text,
static const char *const value_texts[] = {HOSTCALL_GUEST_VALUES(TEXT_ITEM) HOSTCALL_CONSTANTS(CONSTANT_TEXT_ITEM)};
static const char *const feature_texts[] = {HOSTCALL_FEATURES(TEXT_ITEM)};

static size_t format_into(char *out, size_t size, const char *format, ...)
{
	va_list args;
	size_t length;

	va_start(args, format);
	length = format_text(out, size, format, args);
	va_end(args);
	return length;
}

size_t policy_arg_text(const struct hostcall_arg *arg, char *out, size_t size)
{
	return format_into(out, size, "a%u %s %s", (unsigned)arg->index, test_texts[arg->test],
			   value_texts[arg->value]);
}

const char *policy_feature_name(enum hostcall_feature feature)
{
	return feature_texts[feature];
}

const char *policy_guest_name(enum hostcall_guest guests)
{
	switch (guests) {
#define GUEST_CASE(name, bits, text)                                                                                   \
	case HOSTCALL_GUEST_##name:                                                                                    \
		return text;
		HOSTCALL_GUESTS(GUEST_CASE)
	}
	return "none";
}

const char *policy_answer_name(enum hostcall_answer answer)
{
	switch (answer) {
#define ANSWER_CASE(name, error, text)                                                                                 \
	case HOSTCALL_ANSWER_##name:                                                                                   \
		return text;
		HOSTCALL_ANSWERS(ANSWER_CASE)
	}
	return "none";
}
