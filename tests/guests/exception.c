/* An invalid address ends the guest. */
#include "test.h"

int solo5_app_main(const struct solo5_start_info *info)
{
	volatile int *nowhere = (volatile int *)(uintptr_t)-1024;

	(void)info;
	*nowhere = 1;
	return survived();
}
