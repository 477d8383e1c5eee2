/* Error lines of the command line tools. */
#include <stdarg.h>
#include <stdio.h>

#include "cli/command.h"

const char *program_name = "tend";

int complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "%s: ", program_name);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	return 1;
}
