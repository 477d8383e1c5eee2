/* The bindings' own lines on the console. */
#include <stdarg.h>

#include "bindings.h"
#include "freestanding/format.h"

enum log_level log_level = LOG_INFO;

void log_write(enum log_level level, const char *format, ...)
{
	char text[160];
	va_list args;

	if (level > log_level)
		return;
	va_start(args, format);
	solo5_console_write(text, format_text(text, sizeof(text), format, args));
	va_end(args);
}
