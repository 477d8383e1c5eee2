/* A long write arrives whole. */
#include "test.h"

#define LINES 4096
#define LINE_BYTES 32

static char text[LINES * LINE_BYTES];

int solo5_app_main(const struct solo5_start_info *info)
{
	(void)info;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)(i % LINE_BYTES == LINE_BYTES - 1 ? '\n' : 'a' + i / LINE_BYTES % 26);
	solo5_console_write(text, sizeof(text));
	return success();
}
