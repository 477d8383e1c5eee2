/* The stack protector of programs compiled with -mstack-protector-guard=global. */
#include "bindings.h"

#define GUARD_FIXED 0xa37c5e1b9f2d00

uintptr_t __stack_chk_guard;

void __attribute__((noreturn)) __stack_chk_fail(void);

void ssp_init(uint64_t random)
{
	/* A zero byte in front stops string functions from reading or writing past the canary. */
	__stack_chk_guard = random ? random << 8 : GUARD_FIXED;
}

void __stack_chk_fail(void)
{
	static const char message[] = "Solo5: ABORT: Stack corruption detected\n";

	solo5_console_write(message, sizeof(message) - 1);
	solo5_exit(SOLO5_EXIT_ABORT);
}
