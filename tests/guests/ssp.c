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
	/* The end of the stack is close: what is smashed must lie before it. */
	volatile char room[256];
	size_t count = 64;

	(void)info;
	room[0] = 0;
	/* The compiler must not know that this is too much. */
	__asm__("" : "+r"(count));
	smash(count);
	return survived() + room[0];
}
