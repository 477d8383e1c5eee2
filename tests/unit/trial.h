/*
 * Runs a piece of code that makes a system call, with registers that point into scratch memory, and records the machine
 * at the call and behind it. The call is made by an int3: in the place of the instruction, or at the entry that the
 * words of the GS segment lead to, a stand-in for the library kernel.
 */
#ifndef TESTS_UNIT_TRIAL_H
#define TESTS_UNIT_TRIAL_H

#include <stdint.h>
#include <ucontext.h>

/* What a stop shows of the machine. */
struct stop {
	int signal; /* 0: not reached */
	gregset_t registers;
	uint64_t memory; /* a sum over the scratch memory, red zone included */
};

struct trial {
	struct stop call; /* where the system call is, or the fault in front of it */
	struct stop end;  /* behind the site */
};

/* Takes over the signals of breakpoints and faults until the end of the test: cmocka has its own for crashes. */
void trial_prepare(void);

/* RIP after the int3 at the entry. */
uint64_t trial_entry(void);

/* Runs from `start`; the call returns to `resume`, 0: to RCX. The second breakpoint, or a fault, ends it. */
void trial_run(uint64_t start, uint64_t resume, struct trial *trial);

#endif
