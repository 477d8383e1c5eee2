/* Constants cannot be written to. */
#include "test.h"

static const uint8_t constant[64] = {1};

int solo5_app_main(const struct solo5_start_info *info)
{
	volatile uint8_t *address = (volatile uint8_t *)(uintptr_t)constant;

	*address = 2;
	(void)info;
	return survived();
}
