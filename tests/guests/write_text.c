/* Code cannot be written to. */
#include "test.h"

int solo5_app_main(const struct solo5_start_info *info)
{
	volatile uint8_t *code = (volatile uint8_t *)(uintptr_t)solo5_app_main;

	*code = *code;
	(void)info;
	return survived();
}
