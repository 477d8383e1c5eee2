/* tend inspect --policy: the table of host calls, for people, programs and the documentation. */
#include <asm/unistd.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/option.h"
#include "tender/policy/policy.h"

#define ARGS_TEXT_MAX 512

static void args_text(const struct hostcall *row, char *out, size_t size)
{
	size_t length = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < row->arg_count; i++) {
		if (i)
			length += (size_t)snprintf(out + length, size - length, ", ");
		length += policy_arg_text(&row->args[i], out + length, size - length);
	}
	if (row->arg_count == 0)
		snprintf(out, size, "any");
}

static void print_text(const struct hostcall *row)
{
	char args[ARGS_TEXT_MAX];

	args_text(row, args, sizeof(args));
	printf("%-16s %-8s %-9s %-8s %s\n%45s%s\n", row->name, policy_feature_name(row->feature),
	       policy_guest_name(row->guests), policy_answer_name(row->answer), args, "", row->why);
}

/* A bar would end the table's cell. */
static void print_cell(const char *text)
{
	printf(" ");
	for (; *text; text++) {
		if (*text == '|')
			putchar('\\');
		putchar(*text);
	}
	printf(" |");
}

static void print_markdown(const struct hostcall *row)
{
	char args[ARGS_TEXT_MAX];

	args_text(row, args, sizeof(args));
	printf("| `%s` |", row->name);
	print_cell(args);
	printf(" %s | %s | %s |", policy_answer_name(row->answer), policy_feature_name(row->feature),
	       policy_guest_name(row->guests));
	print_cell(row->why);
	printf("\n");
}

static int print_json(unsigned guests)
{
	json_t *root = json_object();
	json_t *calls = json_array();
	int result;

	json_object_set_new(root, "calls", calls);
	for (size_t i = 0; i < policy_table_count; i++) {
		const struct hostcall *row = &policy_table[i];
		char args[ARGS_TEXT_MAX];

		if (!(row->guests & guests))
			continue;
		args_text(row, args, sizeof(args));
		json_array_append_new(calls, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "call", row->name, "args",
						       args, "answer", policy_answer_name(row->answer), "feature",
						       policy_feature_name(row->feature), "guests",
						       policy_guest_name(row->guests), "why", row->why));
	}
	result = json_dumpf(root, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	putchar('\n');
	json_decref(root);
	return result;
}

static void print_rows(unsigned guests, void (*print)(const struct hostcall *row))
{
	for (size_t i = 0; i < policy_table_count; i++) {
		if (policy_table[i].guests & guests)
			print(&policy_table[i]);
	}
}

static int policy_print(const char *format, unsigned guests)
{
	int failed = 0;

	if (strcmp(format, "json") == 0) {
		failed = print_json(guests) != 0;
	} else if (strcmp(format, "text") == 0) {
		printf("%-16s %-8s %-9s %-8s %s\n", "CALL", "FEATURE", "GUESTS", "ANSWER", "ARGUMENTS, REASON");
		print_rows(guests, print_text);
	} else if (strcmp(format, "markdown") == 0) {
		printf("| call | arguments | answer | feature | guests | why |\n|---|---|---|---|---|---|\n");
		print_rows(guests, print_markdown);
	} else {
		return complain("--format %s: it must be text, json or markdown", format);
	}
	return failed && !ferror(stdout) ? complain("out of memory") : output_end(0);
}

/* The kind of guest of that name, or 0. */
static unsigned kind_parse(const char *name)
{
	static const enum hostcall_guest kinds[] = {HOSTCALL_GUEST_SOLO5, HOSTCALL_GUEST_TEND, HOSTCALL_GUEST_STRICT,
						    HOSTCALL_GUEST_STANDARD, HOSTCALL_GUEST_HVT};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(name, policy_guest_name(kinds[i])) == 0)
			return kinds[i];
	}
	return 0;
}

enum { OPTION_POLICY = 1, OPTION_FORMAT, OPTION_GUEST };

static const struct command_option options[] = {
	{OPTION_POLICY, 0, "policy", NULL, "the host calls a guest may make: conditions, feature, reason"},
	{OPTION_FORMAT, 0, "format", "text|json|markdown", "how to print them; text by default"},
	{OPTION_GUEST, 0, "guest", "solo5|tend|hvt|strict|standard", "those of one kind of guest only"},
	{0},
};

static int inspect(int argc, char **argv)
{
	struct option_reader reader = option_reader(&command_inspect, argc, argv);
	unsigned guests = HOSTCALL_GUEST_UNIKERNEL | HOSTCALL_GUEST_LINUX | HOSTCALL_GUEST_HVT;
	const char *format = "text";
	bool policy = false;
	int id;

	while ((id = option_next(&reader)) != 0) {
		if (id == OPTION_POLICY) {
			policy = true;
		} else if (id == OPTION_FORMAT) {
			format = reader.value;
		} else {
			guests = kind_parse(reader.value);
			if (!guests)
				return complain("--guest %s: it must be solo5, tend, hvt, strict or standard",
						reader.value);
		}
	}
	if (reader.failed)
		return reader.status;
	return policy && reader.next == argc ? policy_print(format, guests) : command_misused(&command_inspect);
}

const struct command command_inspect = {
	.name = "inspect",
	.arguments = "--policy [--format text|json|markdown] [--guest solo5|tend|hvt|strict|standard]",
	.summary = "show which host calls a guest may make, and why",
	.options = options,
	.run = inspect,
};
