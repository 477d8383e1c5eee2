/* Parsing JSON: see json.h. */
#include "image/json.h"

json_t *json_parse(const char *text, size_t bytes, const char *name, struct error *error)
{
	json_error_t why;
	json_t *root = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &why);

	if (root && json_is_object(root))
		return root;
	if (root)
		error_set(error, "%s: is not a JSON object", name);
	else
		error_set(error, "%s: line %d: %s", name, why.line, why.text);
	json_decref(root);
	return NULL;
}
