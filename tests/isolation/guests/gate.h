/*
 * How a hostile program leaves the application's side of the library kernel: by jumping straight to a SYSCALL
 * instruction in the kernel's text, where the filter lets the calls of its table through. Nothing in the process keeps
 * it from that; what it can do then is what the table allows.
 */
#ifndef TESTS_ISOLATION_GUESTS_GATE_H
#define TESTS_ISOLATION_GUESTS_GATE_H

#include <stdint.h>

#include "abi/kernel.h"

/* Finds the kernel, its boot structure and a way through it. Ends the program with status 99 if there is none. */
void gate_find(void);

/* In the arena, whose address every thread's GS base gives away. */
extern struct kernel_boot *gate_boot;

/* The address of the first occurrence of these bytes in the kernel's text, 0 if there is none. */
uint64_t gate_gadget(const uint8_t *bytes, unsigned count);

/* A host call with these six arguments, from the kernel's text. */
long gate_call(uint64_t number, const uint64_t arguments[6]);

/* The same by a call to any address. Returns what is in RAX then. */
long gate_jump(uint64_t address, uint64_t number, const uint64_t arguments[6]);

/* A call of the application's, from anywhere else: memory of its own that nobody has patched. */
long gate_foreign(uint64_t number, const uint64_t arguments[6]);

/* Pids of the guest's own namespace from here on belong to nobody yet. */
#define GATE_PID_FIRST_FREE 4

/* xorshift64*: the same seed gives the same run. */
uint64_t gate_random(uint64_t *state);

#endif
