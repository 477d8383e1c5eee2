/* Error lines of the command line tools, and the end of their output. */
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

int output_end(int result)
{
	/* A write that failed earlier took its text with it: only the flag tells. */
	return fflush(stdout) != 0 || ferror(stdout) ? complain("standard output: could not write") : result;
}
