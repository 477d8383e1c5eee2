/*
 * What is left of the tender when the guest runs: asked of the host from outside, while this guest waits.
 * It waits until it is killed, at most a minute.
 */
#include "test.h"

int solo5_app_main(const struct solo5_start_info *info)
{
	(void)info;
	puts("WAITING\n");
	solo5_yield(solo5_clock_monotonic() + 60000000000ull, NULL);
	return success();
}
