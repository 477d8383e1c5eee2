/* The stack cannot be executed. */
#include "execute.h"
#include "test.h"

int solo5_app_main(const struct solo5_start_info *info)
{
	volatile uint8_t code[16] __attribute__((aligned(16))) = RETURN_CODE;

	(void)info;
	execute((const void *)(uintptr_t)code);
	return survived();
}
