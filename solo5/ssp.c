/* The stack protector of programs compiled with -mstack-protector-guard=global. */
#include "abi/boot.h"
#include "bindings.h"

#define GUARD_FIXED 0xa37c5e1b9f2d00

uintptr_t __stack_chk_guard;

void __attribute__((noreturn)) __stack_chk_fail(void);

void ssp_init(const struct tend_handover *handover)
{
	uint64_t random = 0;

	for (unsigned i = 0; handover && i < sizeof(random); i++)
		random = random << 8 | handover->random[i];
	/* A zero byte in front stops string functions from reading or writing past the canary. */
	__stack_chk_guard = random ? random << 8 : GUARD_FIXED;
}

void __stack_chk_fail(void)
{
	static const char message[] = "Solo5: ABORT: Stack corruption detected\n";

	solo5_console_write(message, sizeof(message) - 1);
	solo5_exit(SOLO5_EXIT_ABORT);
}
