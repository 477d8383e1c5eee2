/* Writes down calls, results and values, one line each, at once: after a crash the last line tells where. */
#include "conform.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>

enum { CALLS_MAX = 256 };
/* Shared with children, whose calls count as the check's. */
static struct {
	const char *names[CALLS_MAX];
	size_t count;
} * made;

long raw_call(long number, const long arguments[6])
{
	register long r10 __asm__("r10") = arguments[3];
	register long r8 __asm__("r8") = arguments[4];
	register long r9 __asm__("r9") = arguments[5];
	long result;
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(arguments[0]), "S"(arguments[1]), "d"(arguments[2]), "r"(r10), "r"(r8),
			   "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

void record_line(const char *format, ...)
{
	char line[4096];
	va_list list;
	va_start(list, format);
	int length = vsnprintf(line + 2, sizeof line - 3, format, list);
	va_end(list);
	if (length > (int)sizeof line - 4)
		length = sizeof line - 4;
	memcpy(line, "  ", 2);
	line[length + 2] = '\n';
	ssize_t written = write(STDOUT_FILENO, line, length + 3);
	(void)written; /* a lost line shows in the comparison */
}

const char *result_name(long result)
{
	static char texts[2][32];
	static int next;
	char *text = texts[next ^= 1];
	const char *name = result < 0 && result > -4096 ? strerrorname_np(-result) : NULL;
	if (name)
		return name;
	snprintf(text, sizeof texts[0], "%ld", result);
	return text;
}

void record_made(const char *name)
{
	if (!made)
		record_calls_reset();
	for (size_t i = 0; i < made->count; i++)
		if (strcmp(made->names[i], name) == 0)
			return;
	if (made->count < CALLS_MAX)
		made->names[made->count++] = name;
}

void record_calls_reset(void)
{
	if (!made)
		made = mmap(NULL, sizeof *made, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	made->count = 0;
}

bool record_call_was_made(const char *name, size_t length)
{
	for (size_t i = 0; i < made->count; i++)
		if (strncmp(made->names[i], name, length) == 0 && made->names[i][length] == '\0')
			return true;
	return false;
}

long record_call(const char *name, const char *text, long number, const long arguments[6], enum result_style style)
{
	record_made(name);
	long result = raw_call(number, arguments);
	if (style != RESULT_SILENT)
		record_line("%s(%s) = %s", name, text, style == RESULT_OK && result >= 0 ? "ok" : result_name(result));
	return result;
}

void *record_map(const char *name, const char *text, long number, const long arguments[6])
{
	record_made(name);
	long result = raw_call(number, arguments);
	bool failed = result < 0 && result > -4096;
	record_line("%s(%s) = %s", name, text, failed ? result_name(result) : "ok");
	return failed ? NULL : (void *)result;
}

void record_text(const char *name, const void *bytes, long count)
{
	const unsigned char *from = bytes;
	char text[2048];
	size_t used = 0;
	for (long i = 0; i < count && used < sizeof text - 64;) {
		long run = 1;
		while (i + run < count && from[i + run] == from[i])
			run++;
		char one[8];
		bool plain = from[i] >= ' ' && from[i] < 127 && from[i] != '\\';
		snprintf(one, sizeof one, plain ? "%c" : "\\x%02x", from[i]);
		long shown = run > 8 ? 1 : run;
		for (long k = 0; k < shown; k++)
			used += snprintf(text + used, sizeof text - used, "%s", one);
		if (run > 8)
			used += snprintf(text + used, sizeof text - used, "*%ld ", run);
		i += run;
	}
	text[used] = '\0';
	record_line("%s: \"%s\"", name, text);
}

void record_expectation(const char *text, bool holds)
{
	record_line(holds ? "expect %s" : "EXPECT FAILED %s", text);
}
