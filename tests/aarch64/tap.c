/* The Test Anything Protocol on the console: a line for each test, the plan at the end. */
#include "init.h"

#include <stdio.h>

static unsigned count;

void tap_result(bool passed, const char *name, const char *details)
{
	printf("%sok %u - %s\n", passed ? "" : "not ", ++count, name);
	if (passed || !details)
		return;
	while (*details) {
		fputs("# ", stdout);
		do {
			putchar(*details);
		} while (*details++ != '\n' && *details);
	}
	putchar('\n');
}

void tap_plan(void)
{
	printf("1..%u\n", count);
}
