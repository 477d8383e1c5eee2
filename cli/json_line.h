/* Lines of values in JSON text: the JSON library checks and reads, but does not remember places. */
#ifndef CLI_JSON_LINE_H
#define CLI_JSON_LINE_H

#include <stddef.h>

/*
 * The line, from 1, where the value of `key` in the object at `value` begins, or where `value` itself begins if there
 * is no such member or key is NULL. `value` points into `text`, which is NUL-terminated valid JSON.
 */
size_t json_line(const char *text, const char *value, const char *key);

/* The first character of the member's value, or NULL; of the array's element with that index, or NULL. */
const char *json_member(const char *object, const char *key);
const char *json_element(const char *array, size_t index);

#endif
