/* Text that grows: see text.h. */
#include "kernel/lib/text.h"

#include <stdarg.h>

#include "freestanding/format.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"

#define TEXT_BYTES_FIRST 256
#define TEXT_PRINT_ROOM 256 /* most lines fit at the first attempt */

/* Makes room for `length` more bytes and a NUL. */
static bool text_reserve(struct text *text, size_t length)
{
	size_t size = text->size ? text->size : TEXT_BYTES_FIRST;
	char *data;

	if (text->failed)
		return false;
	if (text->size - text->length > length)
		return true;
	while (size - text->length <= length)
		size *= 2;
	data = heap_resize(text->data, size);
	if (!data) {
		text->failed = true;
		return false;
	}
	text->data = data;
	text->size = size;
	return true;
}

void text_add(struct text *text, const char *bytes, size_t length)
{
	if (!text_reserve(text, length))
		return;
	memcpy(text->data + text->length, bytes, length);
	text->length += length;
	text->data[text->length] = '\0';
}

void text_print(struct text *text, const char *format, ...)
{
	size_t room = TEXT_PRINT_ROOM;

	for (;; room *= 4) {
		va_list args;
		size_t length;

		if (!text_reserve(text, room))
			return;
		va_start(args, format);
		length = format_text(text->data + text->length, room + 1, format, args);
		va_end(args);
		/* Full to the last byte: perhaps cut. */
		if (length < room) {
			text->length += length;
			return;
		}
	}
}

void text_clear(struct text *text)
{
	heap_free(text->data);
	*text = (struct text){0};
}
