/* JSON of strangers: what reading it has in common. */
#ifndef IMAGE_JSON_H
#define IMAGE_JSON_H

#include <jansson.h>
#include <stddef.h>

#include "tender/error.h"

/* An object or array out of a text, which messages call `name`. The caller drops it. NULL: the text is none. */
json_t *json_parse(const char *text, size_t bytes, const char *name, struct error *error);

/* A member that is a string, or "" if there is none or it is something else. It lives as long as the object. */
const char *json_text(const json_t *object, const char *name);

#endif
