/* A stack that grows too far hits a guard page, not the heap. */
#include "test.h"

#define FRAME_BYTES 2048
#define WATCHED_BYTES 256
#define WATCHED_VALUE 42

/* A frame is less than a page, so none can step over the guard. */
__attribute__((noinline)) static unsigned recurse(unsigned depth)
{
	volatile char frame[FRAME_BYTES];

	for (size_t i = 0; i < sizeof(frame); i++)
		frame[i] = WATCHED_VALUE + 1;
	return depth ? recurse(depth - 1) + (unsigned)frame[0] : 0;
}

int solo5_app_main(const struct solo5_start_info *info)
{
	uintptr_t heap_end = info->heap_start + info->heap_size;
	volatile char *watched = (volatile char *)(heap_end - WATCHED_BYTES);
	bool intact = true;
	char here;

	for (size_t i = 0; i < WATCHED_BYTES; i++)
		watched[i] = WATCHED_VALUE;
	/* As deep as the stack and a little deeper. */
	recurse((unsigned)(((uintptr_t)&here - heap_end) / FRAME_BYTES + 8));
	for (size_t i = 0; i < WATCHED_BYTES; i++)
		intact &= watched[i] == WATCHED_VALUE;
	puts(intact ? "heap intact\n" : "heap overwritten\n");
	return survived();
}
