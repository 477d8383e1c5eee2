/*
 * A stand-in for the library kernel, for testing the tender alone. It does what argument 0 of its command line says
 * (stub_modes in modes.c), and checks what abi/kernel.h promises.
 */
#ifndef TESTS_KERNEL_STUB_STUB_H
#define TESTS_KERNEL_STUB_STUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/kernel.h"
#include "syscall.h"

#define STUB_CALL(nr, a, b, c, d, e, f)                                                                                \
	arch_syscall(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

/* In the order in which entry.S pushed them. */
enum { STUB_REGISTERS = 13 };

/* Counts what the signal handler saw. */
struct stub_signals {
	unsigned count[65];
	uint64_t stack; /* an address of the last handler's frame */
	uint64_t mask;  /* of blocked signals, in the interrupted code */
};
extern struct stub_signals stub_signals;

bool stub_touch(const void *address);
extern const char stub_header[], stub_touch_fault[], stub_touch_failed[];
extern const char stub_foreign_code[], stub_foreign_end[];

/* Where print writes to: standard output unless a mode says otherwise. */
extern int print_fd;
void print(const char *text);
void print_number(uint64_t number);
bool text_equal(const char *left, const char *right);
_Noreturn void stub_exit(int status);

static inline const char *stub_string(uint64_t vector, unsigned index)
{
	return (const char *)(uintptr_t)((const uint64_t *)(uintptr_t)vector)[index];
}

/* Checks everything that abi/kernel.h promises; prints what is broken and returns how much. */
unsigned check_all(const struct kernel_boot *boot, enum kernel_role role, const uint64_t *registers, uint64_t stack);
/* Prints what can be compared from outside only. */
void report(const struct kernel_boot *boot);

/* Does what the command line asks for. */
_Noreturn void mode_run(const struct kernel_boot *boot, enum kernel_role role, const uint64_t *registers);

#endif
