/*
 * An error on its way up: each layer that cannot go on fills in a line that says what, where and how to mend it.
 * Nothing below main prints or exits.
 */
#ifndef TENDER_ERROR_H
#define TENDER_ERROR_H

#include <stdbool.h>

/* Room for a line about each of 63 devices. */
#define ERROR_TEXT_MAX 8192

struct error {
	char text[ERROR_TEXT_MAX]; /* may be empty where `option` says it all */
	const char *option;        /* the option at fault, named in a line of its own; not owned */
	bool usage;                /* the usage text helps */
};

/* Replaces the text and returns -1, so that a function can `return error_set(...)`. */
__attribute__((format(printf, 2, 3))) int error_set(struct error *error, const char *format, ...);

/* Adds a line to the text. */
__attribute__((format(printf, 2, 3))) void error_add(struct error *error, const char *format, ...);

/* The C library's text for an errno value (positive), "Unknown error" for one it does not know. */
const char *error_name(long number);

#endif
