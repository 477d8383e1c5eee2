/* Places in JSON text that is known to be valid: see json_line.h. Grammar: RFC 8259. */
#include "cli/json_line.h"

#include <string.h>

static const char *space_skip(const char *text)
{
	return text + strspn(text, " \t\r\n");
}

static const char *string_skip(const char *text)
{
	for (text++; *text != '"'; text++) {
		if (*text == '\\')
			text++;
	}
	return text + 1;
}

static const char *value_skip(const char *text)
{
	size_t depth = 0;

	do {
		text = space_skip(text);
		if (*text == '"') {
			text = string_skip(text);
		} else if (strchr("{[", *text)) {
			depth++;
			text++;
		} else if (strchr("}]", *text)) {
			depth--;
			text++;
		} else if (strchr(",:", *text)) {
			text++;
		} else {
			text += strcspn(text, " \t\r\n,:{}[]\"");
		}
	} while (depth);
	return text;
}

/* Behind the comma after a value, or NULL where the object or array ends. */
static const char *next_skip(const char *text)
{
	text = space_skip(text);
	return *text == ',' ? space_skip(text + 1) : NULL;
}

const char *json_member(const char *object, const char *key)
{
	size_t length = strlen(key);
	const char *text = space_skip(object + 1);

	if (*object != '{' || *text == '}')
		return NULL;
	while (text) {
		const char *name = text + 1;
		const char *value;

		text = string_skip(text);
		value = space_skip(space_skip(text) + 1);
		if ((size_t)(text - name) == length + 1 && memcmp(name, key, length) == 0)
			return value;
		text = next_skip(value_skip(value));
	}
	return NULL;
}

const char *json_element(const char *array, size_t index)
{
	const char *text = space_skip(array + 1);

	if (*array != '[' || *text == ']')
		return NULL;
	while (text && index--)
		text = next_skip(value_skip(text));
	return text;
}

size_t json_line(const char *text, const char *value, const char *key)
{
	const char *member = key ? json_member(value, key) : NULL;
	size_t line = 1;

	for (; text < (member ? member : value); text++)
		line += *text == '\n';
	return line;
}
