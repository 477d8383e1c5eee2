/* Zeroed data that leave 2 MiB of guest memory without room for heap and stack; 4 MiB are enough. */
#include "test.h"

static char zeroed[800 << 10];

int solo5_app_main(const struct solo5_start_info *info)
{
	(void)info;
	/* The compiler must not see that most of it is never used. */
	__asm__ volatile("" : : "r"(zeroed) : "memory");
	return success();
}
