/*
 * What every unit test includes: cmocka and the check of an expected error.
 * A test case in a table has a `what`, which names it when it fails.
 */
#ifndef TESTS_UNIT_UNIT_H
#define TESTS_UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tender/error.h"

#define ARRAY_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Fails unless the call returned -1 with exactly this line. */
static inline void error_expect(const char *what, long result, const struct error *error, const char *text)
{
	if (result != -1)
		fail_msg("%s: returned %ld instead of -1", what, result);
	if (strcmp(error->text, text) != 0)
		fail_msg("%s: said \"%s\" instead of \"%s\"", what, error->text, text);
	if (strchr(error->text, '\n'))
		fail_msg("%s: the error is more than one line", what);
}

/* Fails unless the call returned 0, saying what it complained of. */
static inline void success_expect(const char *what, long result, const struct error *error)
{
	if (result != 0)
		fail_msg("%s: returned %ld: %s", what, result, error->text);
}

#endif
