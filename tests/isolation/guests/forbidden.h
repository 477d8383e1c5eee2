/* Single host calls that the filter must end the program for: those next to what the table allows. */
#ifndef TESTS_ISOLATION_GUESTS_FORBIDDEN_H
#define TESTS_ISOLATION_GUESTS_FORBIDDEN_H

#include <stdbool.h>

/* The name of number `index`, NULL behind the last. */
const char *forbidden_name(unsigned index);

/* Makes the call of that name. False if there is none, or if it has come back. */
bool forbidden_call(const char *name);

#endif
