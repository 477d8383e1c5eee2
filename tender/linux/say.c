/* Text without libc: see say.h. */
#include "tender/linux/say.h"

#include <linux/poll.h>
#include <linux/time_types.h>
#include <stdarg.h>

#include "freestanding/format.h"
#include "tender/host/host.h"

/* What the user called, not this file's name: tend run execs this tender. */
#define PROGRAM "tend: "
#define LINE_MAX 1024
/* Enough for a reader that is alive; a hostile guest can cost the front no more than this for each message. */
#define PATIENCE_NS 200000000

/* Set by the front; init, which shares its memory, goes by it, too. */
static bool terminal_is_raw;
static bool never_waits;

size_t text_make(char *out, size_t size, const char *format, ...)
{
	va_list args;
	size_t length;

	va_start(args, format);
	length = format_text(out, size, format, args);
	va_end(args);
	return length;
}

/* A pipe that has room at all has some for a line. */
static bool has_room(void)
{
	const uint64_t patience[2] = {0, PATIENCE_NS};
	struct pollfd error = {.fd = 2, .events = POLLOUT};

	return host_ppoll(&error, 1, patience) > 0;
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
	if (!never_waits || has_room())
		host_write(2, line, length);
}

void say_without_waiting(void)
{
	never_waits = true;
}

void say_to_raw_terminal(bool is_raw)
{
	terminal_is_raw = is_raw;
}
