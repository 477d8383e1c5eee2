/* Nothing is mapped at address 0, nor up to where guest memory begins. */
#include "test.h"

int solo5_app_main(const struct solo5_start_info *info)
{
	volatile int *address = NULL;

	/* The compiler must not know that the pointer is null. */
	__asm__("" : "+r"(address));
	(void)info;
	(void)*address;
	return survived();
}
