/* A tender's start: command line, usage, errors. The only place that prints and exits. */
#include <stdarg.h>
#include <string.h>

#include "abi/solo5_spt.h"
#include "freestanding/format.h"
#include "tender/host/host.h"
#include "tender/options.h"
#include "tender/solo5/tender.h"

static struct start start;
static struct error error;

void tender_say(const char *format, ...)
{
	char line[ERROR_TEXT_MAX + 1024];
	va_list args;
	size_t length;

	va_start(args, format);
	length = format_text(line, sizeof(line), format, args);
	va_end(args);
	host_write(2, line, length);
}

static void say_usage(void)
{
	const char *line;

	tender_say("usage: %s [ OPTIONS ] [ -- ] KERNEL [ ARGS ]\n", start.program);
	for (size_t i = 0; (line = options_usage_line(i)); i++)
		tender_say("%s\n", line);
}

/* Every line of the error with the program's name in front. */
static void say_error(const char *text)
{
	while (*text) {
		const char *end = text;

		while (*end && *end != '\n')
			end++;
		tender_say("%s: %.*s\n", start.program, (int)(end - text), text);
		text = *end ? end + 1 : end;
	}
}

_Noreturn static void fail(void)
{
	say_error(error.text);
	if (error.option)
		tender_say("%s: Invalid option: `%s'\n", start.program, error.option);
	if (error.usage)
		say_usage();
	host_exit(1);
}

static int environment_check(void)
{
	if (start.is_secure)
		return error_set(&error, "Must not be installed set-user-ID or with file capabilities");
	if (start.page_bytes != SPT_PAGE_SIZE)
		return error_set(&error, "This kernel has pages of %lu bytes, the %s ABI wants %u",
				 (unsigned long)start.page_bytes, tender_target.name + sizeof("solo5-") - 1,
				 SPT_PAGE_SIZE);
	return 0;
}

_Noreturn void tender_start(uint64_t *stack);

_Noreturn void tender_start(uint64_t *stack)
{
	int kernel_index;

	start_read(stack, &start);
	switch (options_scan(start.argc, start.argv, &kernel_index)) {
	case OPTIONS_RUN:
		if (environment_check() == 0)
			tender_run(&start, kernel_index, &error);
		fail();
	case OPTIONS_NO_KERNEL:
		error_set(&error, "Missing KERNEL operand");
		error.usage = true;
		fail();
	case OPTIONS_HELP:
		say_usage();
		host_exit(1);
	case OPTIONS_VERSION:
		tender_say("%s tender, version %s\nABI version %u\n", start.program, TEND_VERSION,
			   tender_target.version);
		host_exit(0);
	}
	host_exit(1);
}
