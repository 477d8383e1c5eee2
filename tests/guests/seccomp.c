/* A host call that no row allows ends the guest with SIGSYS. */
#include "test.h"

#include <asm/unistd.h>

#include "syscall.h"

int solo5_app_main(const struct solo5_start_info *info)
{
	(void)info;
	arch_syscall(__NR_dup, 1, 0, 0, 0, 0, 0);
	return survived();
}
