/* Arguments and environment: see strings.h. */
#include "kernel/task/strings.h"

#include <linux/errno.h>

#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"

/* Room for `bytes` more. */
static int reserve(struct strings *strings, size_t bytes)
{
	size_t size = strings->size ? strings->size : 1024;
	char *data;

	if (strings->length + bytes + (strings->count + 1) * sizeof(user_t) > STRINGS_ALL_MAX)
		return -E2BIG;
	while (size < strings->length + bytes)
		size *= 2;
	if (size == strings->size)
		return 0;
	data = heap_resize(strings->data, size);
	if (!data)
		return -ENOMEM;
	strings->data = data;
	strings->size = size;
	return 0;
}

int strings_add(struct strings *strings, const char *text)
{
	size_t bytes = strlen(text) + 1;
	int error = bytes > STRINGS_ONE_MAX ? -E2BIG : reserve(strings, bytes);

	if (error)
		return error;
	memcpy(strings->data + strings->length, text, bytes);
	strings->length += bytes;
	strings->count++;
	return 0;
}

static int add_user(struct strings *strings, user_t text)
{
	size_t piece = 256;

	/* Most strings are short: the room grows only for those that are not. */
	for (;; piece = 4 * piece < STRINGS_ONE_MAX ? 4 * piece : STRINGS_ONE_MAX) {
		int error = reserve(strings, piece);
		long length;

		if (error)
			return error;
		length = strncpy_from_user(strings->data + strings->length, text, piece);
		if (length == -ENAMETOOLONG && piece < STRINGS_ONE_MAX)
			continue;
		if (length < 0)
			return length == -ENAMETOOLONG ? -E2BIG : (int)length;
		strings->length += (size_t)length + 1;
		strings->count++;
		return 0;
	}
}

int strings_add_user(struct strings *strings, user_t array)
{
	for (; array; array += sizeof(user_t)) {
		user_t text;
		int error = get_user_u64(&text, array);

		if (error)
			return error;
		if (!text)
			break;
		error = add_user(strings, text);
		if (error)
			return error;
	}
	return 0;
}

int strings_prepend(struct strings *strings, const char *text)
{
	size_t bytes = strlen(text) + 1;
	int error = reserve(strings, bytes);

	if (error)
		return error;
	memmove(strings->data + bytes, strings->data, strings->length);
	memcpy(strings->data, text, bytes);
	strings->length += bytes;
	strings->count++;
	return 0;
}

void strings_remove_first(struct strings *strings)
{
	size_t bytes;

	if (strings->count == 0)
		return;
	bytes = strlen(strings->data) + 1;
	memmove(strings->data, strings->data + bytes, strings->length - bytes);
	strings->length -= bytes;
	strings->count--;
}

void strings_free(struct strings *strings)
{
	heap_free(strings->data);
	*strings = (struct strings){0};
}
