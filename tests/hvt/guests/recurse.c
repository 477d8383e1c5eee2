/* Something for a debugger: a variable, a function that is called again and again, an endless loop on request. */
#include "tests/guests/test.h"

static volatile unsigned watched;

__attribute__((noinline)) static void step(unsigned number)
{
	watched = number;
}

int solo5_app_main(const struct solo5_start_info *info)
{
	for (unsigned i = 1; i <= 3; i++)
		step(i);
	if (text_equal(info->cmdline, "forever")) {
		puts("READY\n");
		for (;;)
			watched++;
	}
	return success();
}
