/* Reading JSON: see json.h. */
#include "image/json.h"

json_t *json_parse(const char *text, size_t bytes, const char *name, struct error *error)
{
	json_error_t why;
	json_t *root = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &why);

	if (!root)
		error_set(error, "%s: line %d: %s", name, why.line, why.text);
	return root;
}

const char *json_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}
