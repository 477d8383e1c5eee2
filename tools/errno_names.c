/* Writes the initialisers of the tender's errno table: the C library's strings, without the C library at run time. */
#include <stdio.h>
#include <string.h>

int main(void)
{
	for (int number = 1; number < 134; number++) {
		const char *text = strerror(number);

		if (strncmp(text, "Unknown error", 13) != 0)
			printf("\t[%d] = \"%s\",\n", number, text);
	}
	return 0;
}
