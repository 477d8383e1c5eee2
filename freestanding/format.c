/* Formatting without libc: see format.h. */
#include "freestanding/format.h"

#include <stdint.h>

struct sink {
	char *out;
	size_t size;
	size_t length;
};

/* What stands between % and the conversion's letter. */
struct directive {
	size_t limit; /* of a string */
	size_t width;
	int left; /* padding goes behind */
	int zero; /* padding is zeroes */
	int is_long;
};

static void sink_char(struct sink *sink, char c)
{
	if (sink->length + 1 < sink->size)
		sink->out[sink->length++] = c;
}

static void sink_padding(struct sink *sink, const struct directive *directive, size_t length, char c)
{
	for (size_t i = length; i < directive->width; i++)
		sink_char(sink, c);
}

static void sink_string(struct sink *sink, const char *text, const struct directive *directive)
{
	size_t length = 0;

	while (length < directive->limit && text[length])
		length++;
	if (!directive->left)
		sink_padding(sink, directive, length, ' ');
	for (size_t i = 0; i < length; i++)
		sink_char(sink, text[i]);
	if (directive->left)
		sink_padding(sink, directive, length, ' ');
}

static void sink_number(struct sink *sink, uint64_t value, int negative, unsigned base,
			const struct directive *directive)
{
	char digits[24];
	size_t count = 0, length;
	int zero = directive->zero && !directive->left;

	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	length = count + (negative ? 1 : 0);
	if (!directive->left && !zero)
		sink_padding(sink, directive, length, ' ');
	if (negative)
		sink_char(sink, '-');
	if (zero)
		sink_padding(sink, directive, length, '0');
	while (count)
		sink_char(sink, digits[--count]);
	if (directive->left)
		sink_padding(sink, directive, length, ' ');
}

static void sink_signed(struct sink *sink, int64_t value, const struct directive *directive)
{
	sink_number(sink, value < 0 ? -(uint64_t)value : (uint64_t)value, value < 0, 10, directive);
}

/* Reads flags, width, precision and length modifiers; returns where the conversion's letter is. */
static const char *directive_parse(struct directive *directive, const char *format, va_list *args)
{
	*directive = (struct directive){.limit = SIZE_MAX};
	for (; *format == '-' || *format == '0'; format++) {
		directive->left |= *format == '-';
		directive->zero |= *format == '0';
	}
	for (; *format >= '0' && *format <= '9'; format++)
		directive->width = directive->width * 10 + (size_t)(*format - '0');
	if (format[0] == '.' && format[1] == '*') {
		directive->limit = (size_t)va_arg(*args, int);
		format += 2;
	}
	for (; *format == 'l' || *format == 'z'; format++)
		directive->is_long = 1;
	return format;
}

static void sink_directive(struct sink *sink, char letter, const struct directive *directive, va_list *args)
{
	if (letter == 's') {
		sink_string(sink, va_arg(*args, const char *), directive);
	} else if (letter == 'd') {
		sink_signed(sink, directive->is_long ? va_arg(*args, long) : va_arg(*args, int), directive);
	} else if (letter == 'u' || letter == 'x' || letter == 'o') {
		uint64_t value = directive->is_long ? va_arg(*args, unsigned long) : va_arg(*args, unsigned);

		sink_number(sink, value, 0, letter == 'u' ? 10 : letter == 'x' ? 16 : 8, directive);
	} else if (letter == 'c') {
		sink_char(sink, (char)va_arg(*args, int));
	} else {
		sink_char(sink, letter);
	}
}

size_t format_text(char *out, size_t size, const char *format, va_list original)
{
	struct sink sink = {out, size, 0};
	struct directive directive;
	va_list args;

	va_copy(args, original);
	for (; *format; format++) {
		if (*format != '%') {
			sink_char(&sink, *format);
			continue;
		}
		format = directive_parse(&directive, format + 1, &args);
		if (!*format)
			break;
		sink_directive(&sink, *format, &directive, &args);
	}
	va_end(args);
	out[sink.length] = '\0';
	return sink.length;
}
