/* Thread-local storage that was never set up faults instead of hitting somebody else's memory. */
#include "test.h"

static _Thread_local volatile int variable = 1;

int solo5_app_main(const struct solo5_start_info *info)
{
	(void)info;
	variable = 2;
	return survived();
}
