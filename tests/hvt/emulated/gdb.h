/* Debugging in the emulated machine. */
#ifndef TESTS_HVT_EMULATED_GDB_H
#define TESTS_HVT_EMULATED_GDB_H

#include "tests/aarch64/init.h"

/* qemu's emulated SVM (7.2) hands on neither the breakpoint instruction of x86-64 nor its debug registers. */
#ifdef __aarch64__
#define BREAK_BYTES 4
#define HAS_BREAKPOINTS 1
#else
#define BREAK_BYTES 1
#define HAS_BREAKPOINTS 0
#endif

void loopback_up(void);
void gdb_test(const char *tender, const char *guest);

#endif
