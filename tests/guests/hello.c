/* A command line arrives and output leaves. */
#include "test.h"

int solo5_app_main(const struct solo5_start_info *info)
{
	puts("Hello, World\nCommand line is: '");
	puts(info->cmdline);
	puts("'\n");
	return success();
}
