/* A stack that grows too far hits a guard page, not the heap. */
#include "test.h"

/* Each call uses about a page, so none can step over the guard. */
__attribute__((noinline)) static unsigned recurse(unsigned depth)
{
	volatile char frame[2048];

	frame[0] = (char)depth;
	return depth ? recurse(depth - 1) + (unsigned)frame[0] : 0;
}

int solo5_app_main(const struct solo5_start_info *info)
{
	volatile char *heap_end = (volatile char *)(info->heap_start + info->heap_size - 1);
	char here;
	size_t stack_bytes = (size_t)((uintptr_t)&here - (info->heap_start + info->heap_size));

	*heap_end = 42;
	/* As deep as the stack, plus a page: far enough to overwrite the end of the heap. */
	recurse((unsigned)(stack_bytes / 2048 + 8));
	puts(*heap_end == 42 ? "heap intact\n" : "heap overwritten\n");
	return survived();
}
