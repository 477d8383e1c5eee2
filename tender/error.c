/* Error lines and the names of errno values: see error.h. */
#include "tender/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "freestanding/format.h"

int error_set(struct error *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	format_text(error->text, sizeof(error->text), format, args);
	va_end(args);
	return -1;
}

void error_add(struct error *error, const char *format, ...)
{
	size_t length = strlen(error->text);
	va_list args;

	if (length && length + 1 < sizeof(error->text))
		error->text[length++] = '\n';
	va_start(args, format);
	format_text(error->text + length, sizeof(error->text) - length, format, args);
	va_end(args);
}

/* Generated at build time from the host C library's strerror. */
static const char *const names[] = {
#include "errno_names.inc"
};

const char *error_name(long number)
{
	if (number < 0 || (size_t)number >= sizeof(names) / sizeof(names[0]) || !names[number])
		return "Unknown error";
	return names[number];
}
