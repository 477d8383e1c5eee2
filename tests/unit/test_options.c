/* The tender's command line: where the options end, the options that are no device's, and the usage text. */
#include "tender/options.h"

#include "tests/unit/unit.h"

#define MIB (1ull << 20)

static struct mft mft;
static struct options options;
static struct error error;

/* Parses `arguments`, a NULL-terminated list with the program's name first. */
static int arguments_parse(char **arguments)
{
	int argc = 0;

	while (arguments[argc])
		argc++;
	mft = (struct mft){.version = MFT_VERSION, .entries = 1, .e = {{.type = MFT_RESERVED_FIRST}}};
	memset(&options, 0, sizeof(options));
	memset(&error, 0, sizeof(error));
	return options_parse(argc, arguments, &mft, &options, &error);
}

/* cmocka has no const command lines either: options keep their caller's argv. */
#define ARGUMENTS(...) ((char *[]){(char[]){"tender"}, __VA_ARGS__, NULL})
#define A(text) ((char[]){text})

static void numbers_are_decimal(void **state)
{
	static const char *const bad[] = {"", " 1", "1 ", "-1", "+1", "0x10", "1k", "1.5", "/", ":", "\x80"};
	uint64_t number = 99;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
		if (option_number(bad[i], UINT64_MAX, &number))
			fail_msg("\"%s\" was taken for %lu", bad[i], (unsigned long)number);
	}
	assert_int_equal(number, 99);
	assert_true(option_number("0", 0, &number));
	assert_int_equal(number, 0);
	assert_true(option_number("007", 7, &number));
	assert_int_equal(number, 7);
}

static void numbers_have_a_limit(void **state)
{
	static const struct {
		const char *text;
		uint64_t max;
		bool good;
	} cases[] = {
		{"65535", 65535, true},
		{"65536", 65535, false},
		{"65540", 65535, false},
		{"655350", 65535, false},
		{"10", 9, false},
		{"9", 9, true},
		{"8", 7, false},
		{"1", 0, false},
		{"18446744073709551615", UINT64_MAX, true},
		{"18446744073709551616", UINT64_MAX, false},
		{"18446744073709551620", UINT64_MAX, false},
		{"99999999999999999999999999", UINT64_MAX, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		uint64_t number = 0;

		if (option_number(cases[i].text, cases[i].max, &number) != cases[i].good)
			fail_msg("%s, at most %lu", cases[i].text, (unsigned long)cases[i].max);
	}
	assert_true(option_number("18446744073709551615", UINT64_MAX, &(uint64_t){0}));
}

struct scan_case {
	char *const *argv;
	int argc;
	enum options_request request;
	int kernel_index; /* for OPTIONS_RUN */
};

static void first_pass_finds_the_kernel(void **state)
{
	const struct scan_case cases[] = {
		{ARGUMENTS(A("kernel")), 2, OPTIONS_RUN, 1},
		{ARGUMENTS(A("--mem=1"), A("kernel"), A("--help")), 4, OPTIONS_RUN, 2},
		{ARGUMENTS(A("--any-option"), A("-x"), A("kernel")), 4, OPTIONS_RUN, 3},
		{ARGUMENTS(A("--"), A("--help")), 3, OPTIONS_RUN, 2},
		{ARGUMENTS(A("--"), A("--"), A("kernel")), 4, OPTIONS_RUN, 2},
		{ARGUMENTS(A("")), 2, OPTIONS_RUN, 1},
		{ARGUMENTS(A("--help")), 2, OPTIONS_HELP, 0},
		{ARGUMENTS(A("--mem=1"), A("--help"), A("kernel")), 4, OPTIONS_HELP, 0},
		{ARGUMENTS(A("--version")), 2, OPTIONS_VERSION, 0},
		{ARGUMENTS(A("--version"), A("--help")), 3, OPTIONS_VERSION, 0},
		{ARGUMENTS(A("--helpful")), 2, OPTIONS_NO_KERNEL, 0},
		{ARGUMENTS(A("--mem=1")), 2, OPTIONS_NO_KERNEL, 0},
		{ARGUMENTS(A("--")), 2, OPTIONS_NO_KERNEL, 0},
		{(char *[]){A("tender"), NULL}, 1, OPTIONS_NO_KERNEL, 0},
		{(char *[]){NULL}, 0, OPTIONS_NO_KERNEL, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		int kernel_index = -1;

		assert_int_equal(options_scan(cases[i].argc, cases[i].argv, &kernel_index), cases[i].request);
		if (cases[i].request == OPTIONS_RUN)
			assert_int_equal(kernel_index, cases[i].kernel_index);
	}
}

static void kernel_and_arguments_are_the_callers(void **state)
{
	char **arguments = ARGUMENTS(A("--mem=3"), A("kernel"), A("--mem=4"), A("--"), A(""));

	(void)state;
	success_expect("a usual command line", arguments_parse(arguments), &error);
	assert_ptr_equal(options.kernel, arguments[2]);
	assert_ptr_equal(options.args, arguments + 3);
	assert_int_equal(options.arg_count, 3);
	assert_int_equal(options.mem_bytes, 3 * MIB); /* what stands behind the kernel is the guest's */
	arguments = ARGUMENTS(A("--"), A("--mem=4"), A("-x"));
	success_expect("--", arguments_parse(arguments), &error);
	assert_ptr_equal(options.kernel, arguments[2]);
	assert_int_equal(options.arg_count, 1);
	assert_int_equal(options.mem_bytes, 512 * MIB);
	assert_false(options.exec_heap);
}

static void memory_is_in_mebibytes(void **state)
{
	(void)state;
	success_expect("--mem=1", arguments_parse(ARGUMENTS(A("--mem=1"), A("k"))), &error);
	assert_int_equal(options.mem_bytes, MIB);
	success_expect("the last wins", arguments_parse(ARGUMENTS(A("--mem=1"), A("--mem=64"), A("k"))), &error);
	assert_int_equal(options.mem_bytes, 64 * MIB);
	success_expect("the most", arguments_parse(ARGUMENTS(A("--mem=8796093022207"), A("k"))), &error);
	assert_int_equal(options.mem_bytes, 8796093022207 * MIB);
}

static void malformed_memory_is_refused(void **state)
{
	static const char *const values[] = {
		"", "0", "-1", "1M", "x", "1 ", "00", "0x10", "8796093022208", "18446744073709551617"};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(values); i++) {
		char argument[64] = "--mem=";

		strcat(argument, values[i]);
		error_expect(argument, arguments_parse(ARGUMENTS(argument, A("k"))), &error,
			     "Malformed argument to --mem");
		assert_false(error.usage);
		assert_null(error.option);
	}
}

static void executable_heap_is_asked_for(void **state)
{
	(void)state;
	success_expect("--x-exec-heap", arguments_parse(ARGUMENTS(A("--x-exec-heap"), A("k"))), &error);
	assert_true(options.exec_heap);
}

static void unknown_options_are_refused(void **state)
{
	static const char *const unknown[] = {"-",       "-m",       "--me=1",         "--mem",          "--mem:1",
					      "--MEM=1", "--net=t0", "--x-exec-heap=", "--x-exec-heaps", "---",
					      "--block", "--gdb",    "--dumpcore=/",   "--netmac:n=x"};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(unknown); i++) {
		char argument[64] = "";

		strcat(argument, unknown[i]);
		error_expect(argument, arguments_parse(ARGUMENTS(A("--mem=1"), argument, A("k"))), &error, "");
		assert_ptr_equal(error.option, argument);
		assert_true(error.usage);
	}
}

static void usage_names_every_option(void **state)
{
	static const char *const prefixes[] = {"--help", "--version",  "--mem=",   "--x-exec-heap",
					       "--net:", "--net-mac:", "--block:", "--block-sector-size:"};
	size_t lines = 0;

	(void)state;
	while (options_usage_line(lines))
		lines++;
	assert_int_equal(lines, 3 + ARRAY_COUNT(prefixes));
	assert_null(options_usage_line(lines + 1));
	for (size_t i = 0; i < ARRAY_COUNT(prefixes); i++) {
		size_t line = 0;

		while (line < lines && !strstr(options_usage_line(line), prefixes[i]))
			line++;
		if (line == lines)
			fail_msg("the usage text does not mention %s", prefixes[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_decimal),          cmocka_unit_test(numbers_have_a_limit),
		cmocka_unit_test(first_pass_finds_the_kernel),  cmocka_unit_test(kernel_and_arguments_are_the_callers),
		cmocka_unit_test(memory_is_in_mebibytes),       cmocka_unit_test(malformed_memory_is_refused),
		cmocka_unit_test(executable_heap_is_asked_for), cmocka_unit_test(unknown_options_are_refused),
		cmocka_unit_test(usage_names_every_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
