/* Text without libc: see say.h. */
#include "tender/linux/say.h"

#include <stdarg.h>

#include "freestanding/format.h"
#include "tender/host/host.h"

/* What the user called, not this file's name: tend run execs this tender. */
#define PROGRAM "tend: "
#define LINE_MAX 1024

/* Set by the front; init, which shares its memory, goes by it, too. */
static bool terminal_is_raw;

size_t text_make(char *out, size_t size, const char *format, ...)
{
	va_list args;
	size_t length;

	va_start(args, format);
	length = format_text(out, size, format, args);
	va_end(args);
	return length;
}

void say(const char *format, ...)
{
	char line[LINE_MAX] = PROGRAM;
	size_t length = sizeof(PROGRAM) - 1;
	va_list args;

	va_start(args, format);
	length += format_text(line + length, sizeof(line) - length - 2, format, args);
	va_end(args);
	if (terminal_is_raw)
		line[length++] = '\r';
	line[length++] = '\n';
	host_write(2, line, length);
}

void say_to_raw_terminal(bool is_raw)
{
	terminal_is_raw = is_raw;
}
