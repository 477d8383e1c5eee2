/* The bindings' own lines on the console. */
#include <stdarg.h>

#include "bindings.h"
#include "freestanding/format.h"

/* LOG_INFO is zero: the bindings have no initialised data, and so no page of it to load. */
enum log_level log_level;

_Static_assert(LOG_INFO == 0, "the level to begin with");

void log_write(enum log_level level, const char *format, ...)
{
	char text[512];
	va_list args;

	if (level > log_level)
		return;
	va_start(args, format);
	solo5_console_write(text, format_text(text, sizeof(text), format, args));
	va_end(args);
}
