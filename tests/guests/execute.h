/* A function's bytes to be run from somewhere else: it only returns. */
#ifndef TESTS_GUESTS_EXECUTE_H
#define TESTS_GUESTS_EXECUTE_H

#include <stdint.h>

/* clang-format off */
#if defined(__x86_64__)
#define RETURN_CODE {0xc3}
#elif defined(__aarch64__)
#define RETURN_CODE {0xc0, 0x03, 0x5f, 0xd6}
#endif
/* clang-format on */

static inline void execute(const void *code)
{
	/* The compiler must not know what is executed: it might use a constant of its own instead. */
	__asm__ volatile("" : "+r"(code) : : "memory");
	/* On aarch64, what was written must reach the instruction stream. */
#ifdef __aarch64__
	__asm__ volatile("dc cvau, %0; dsb ish; ic ivau, %0; dsb ish; isb" : : "r"(code) : "memory");
#endif
	((void (*)(void))(uintptr_t)code)();
}

#endif
