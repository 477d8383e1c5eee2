/* solo5-spt: runs a Solo5 unikernel as a process under seccomp. The only place that prints and exits. */
#include <stdarg.h>
#include <string.h>

#include "abi/solo5_spt.h"
#include "freestanding/format.h"
#include "tender/host/host.h"
#include "tender/spt/guest.h"
#include "tender/spt/lockdown.h"

/* All the tender's state, in one place and page-aligned so that it touches few pages. It starts as zeroes. */
static struct {
	struct start start;
	struct guest guest;
	struct error error;
} tender __attribute__((aligned(4096)));

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	static char line[ERROR_TEXT_MAX + 1024];
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

	say("usage: %s [ OPTIONS ] [ -- ] KERNEL [ ARGS ]\n", tender.start.program);
	for (size_t i = 0; (line = options_usage_line(i)); i++)
		say("%s\n", line);
}

/* Every line of the error with the program's name in front. */
static void say_error(const char *text)
{
	while (*text) {
		const char *end = text;

		while (*end && *end != '\n')
			end++;
		say("%s: %.*s\n", tender.start.program, (int)(end - text), text);
		text = *end ? end + 1 : end;
	}
}

_Noreturn static void fail(void)
{
	say_error(tender.error.text);
	if (tender.error.option)
		say("%s: Invalid option: `%s'\n", tender.start.program, tender.error.option);
	if (tender.error.usage)
		say_usage();
	host_exit(1);
}

static int environment_check(void)
{
	if (tender.start.is_secure)
		return error_set(&tender.error, "Must not be installed set-user-ID or with file capabilities");
	if (tender.start.page_bytes != SPT_PAGE_SIZE)
		return error_set(&tender.error, "This kernel has pages of %lu bytes, the spt ABI wants %u",
				 (unsigned long)tender.start.page_bytes, SPT_PAGE_SIZE);
	return 0;
}

static void run(int kernel_index)
{
	if (environment_check() < 0)
		fail();
	if (guest_decode(&tender.guest, tender.start.argc, tender.start.argv, kernel_index, &tender.error) < 0)
		fail();
	if (tender.guest.options.exec_heap)
		say("%s: WARNING: --x-exec-heap makes the guest's heap and stack executable\n", tender.start.program);
	if (guest_attach(&tender.guest, &tender.error) < 0 ||
	    guest_load(&tender.guest, &tender.start, &tender.error) < 0 ||
	    lockdown_enter(&tender.guest, &tender.start, &tender.error) < 0)
		fail();
}

_Noreturn void tender_start(uint64_t *stack);

_Noreturn void tender_start(uint64_t *stack)
{
	int kernel_index;

	start_read(stack, &tender.start);
	switch (options_scan(tender.start.argc, tender.start.argv, &kernel_index)) {
	case OPTIONS_RUN:
		run(kernel_index);
		break;
	case OPTIONS_NO_KERNEL:
		error_set(&tender.error, "Missing KERNEL operand");
		tender.error.usage = true;
		fail();
	case OPTIONS_HELP:
		say_usage();
		host_exit(1);
	case OPTIONS_VERSION:
		say("%s tender, version %s\nABI version %u\n", tender.start.program, TEND_VERSION, SPT_ABI_VERSION);
		host_exit(0);
	}
	host_exit(1);
}
