/* Formatting without libc: see format.h. */
#include "freestanding/format.h"

#include <stdint.h>

struct sink {
	char *out;
	size_t size;
	size_t length;
};

static void sink_char(struct sink *sink, char c)
{
	if (sink->length + 1 < sink->size)
		sink->out[sink->length++] = c;
}

static void sink_string(struct sink *sink, const char *text, size_t limit)
{
	for (size_t i = 0; i < limit && text[i]; i++)
		sink_char(sink, text[i]);
}

static void sink_number(struct sink *sink, uint64_t value, unsigned base)
{
	char digits[20];
	size_t count = 0;

	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (count)
		sink_char(sink, digits[--count]);
}

size_t format_text(char *out, size_t size, const char *format, va_list original)
{
	struct sink sink = {out, size, 0};
	va_list args;

	va_copy(args, original);
	for (; *format; format++) {
		size_t limit = SIZE_MAX;
		int is_long = 0;

		if (*format != '%') {
			sink_char(&sink, *format);
			continue;
		}
		format++;
		if (format[0] == '.' && format[1] == '*') {
			limit = (size_t)va_arg(args, int);
			format += 2;
		}
		for (; *format == 'l' || *format == 'z'; format++)
			is_long = 1;
		if (*format == 's') {
			sink_string(&sink, va_arg(args, const char *), limit);
		} else if (*format == 'd') {
			int64_t value = is_long ? va_arg(args, long) : va_arg(args, int);

			if (value < 0)
				sink_char(&sink, '-');
			sink_number(&sink, value < 0 ? -(uint64_t)value : (uint64_t)value, 10);
		} else if (*format == 'u' || *format == 'x') {
			uint64_t value = is_long ? va_arg(args, unsigned long) : va_arg(args, unsigned);

			sink_number(&sink, value, *format == 'u' ? 10 : 16);
		} else if (*format == 'c') {
			sink_char(&sink, (char)va_arg(args, int));
		} else if (*format) {
			sink_char(&sink, *format);
		} else {
			break;
		}
	}
	va_end(args);
	out[sink.length] = '\0';
	return sink.length;
}
