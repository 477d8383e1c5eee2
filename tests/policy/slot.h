/*
 * A few instructions that stand in for the library kernel: at a place inside a 4 GiB-aligned slot, and once more in
 * ordinary text, for the application. x86-64 only.
 */
#ifndef TESTS_POLICY_SLOT_H
#define TESTS_POLICY_SLOT_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>

#define SLOT_BASE 0x210000000000

/* What a child ends with, if it is not killed and its call does not end it. */
#define SLOT_STATUS_WENT_ON 42
#define SLOT_STATUS_INTERRUPTED 43 /* the call failed with EINTR */
#define SLOT_STATUS_TRAPPED 44
#define SLOT_STATUS_NO_FILTER 45

/* Labels in ordinary text: make a call, or call 1 of the 32-bit interface. */
extern const char slot_call[];
extern const char slot_call_32[];

/* Maps the instructions at SLOT_BASE and a bit; false if something is there. */
bool slot_make(void);

/* Where the label's instructions are in the slot. */
const char *slot_address(const char *label);

/* In a child: installs the filter and makes the call from the place. A trap is handled. */
_Noreturn void slot_child_run(const char *place, const struct sock_fprog *program, const struct seccomp_data *call);

#endif
