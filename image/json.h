/* JSON of strangers: what parsing it has in common. */
#ifndef IMAGE_JSON_H
#define IMAGE_JSON_H

#include <jansson.h>
#include <stddef.h>

#include "tender/error.h"

/* An object out of a text, which `name` stands for in messages. The caller drops it. NULL: the text is none. */
json_t *json_parse(const char *text, size_t bytes, const char *name, struct error *error);

#endif
