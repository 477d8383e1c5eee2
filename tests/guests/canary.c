/* The stack canary differs from start to start, and code may read it where compilers look for it by default. */
#include "test.h"

extern const uintptr_t __stack_chk_guard;

int solo5_app_main(const struct solo5_start_info *info)
{
	(void)info;
	put_number(__stack_chk_guard);
	puts("\n");
	return success();
}
