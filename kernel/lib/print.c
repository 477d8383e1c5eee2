/* Text: see print.h. */
#include "kernel/lib/print.h"

#include <stdarg.h>

#include "freestanding/format.h"
#include "kernel/host/boot.h"
#include "kernel/host/host.h"

size_t text_format(char *out, size_t size, const char *format, ...)
{
	va_list args;
	size_t length;

	va_start(args, format);
	length = format_text(out, size, format, args);
	va_end(args);
	return length;
}

void kernel_log(const char *format, ...)
{
	static const char prefix[] = "tend: ";
	char line[256];
	size_t length = sizeof(prefix) - 1;
	va_list args;

	for (size_t i = 0; i < length; i++)
		line[i] = prefix[i];
	va_start(args, format);
	/* One byte is kept for the end of the line, which takes the NUL's place, and one for: */
	length += format_text(line + length, sizeof(line) - length - 1, format, args);
	va_end(args);
	if (kernel_boot()->stdio[2].raw)
		line[length++] = '\r';
	line[length++] = '\n';
	host_write(2, line, length);
}
