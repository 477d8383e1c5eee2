/* A smashed stack is noticed before the function returns. */
#include "test.h"

__attribute__((noinline)) static void smash(size_t count)
{
	volatile char buffer[16];

	for (size_t i = 0; i < count; i++)
		buffer[i] = 'x';
	puts(buffer[0] == 'x' ? "smashed\n" : "intact\n");
}

int solo5_app_main(const struct solo5_start_info *info)
{
	(void)info;
	smash(64);
	return survived();
}
