/* bug() of unit tests: the test program dies, saying where. */
#include <stdio.h>
#include <stdlib.h>

#include "kernel/lib/bug.h"

void bug(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: bug: %s\n", file, line, what);
	abort();
}
