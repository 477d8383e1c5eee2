/*
 * What solo5-hvt-debug does more than solo5-hvt: plain/ and debug/ are the two ways to fill this in. A tender with a
 * debugger is not sandboxed: it opens files and sockets while the guest runs.
 */
#ifndef TENDER_HVT_DEBUG_H
#define TENDER_HVT_DEBUG_H

#include <stdbool.h>

#include "tender/hvt/machine.h"

extern const bool debug_is_sandboxed;

/* Before the guest's first instruction: waits for the debugger, if the options say so. 0, or -1 with *error. */
int debug_start(struct machine *machine, struct error *error);

/* The CPU stopped for the debugger's sake (KVM_EXIT_DEBUG), or a signal interrupted it. 0 to go on, or -1 with *error.
 */
int debug_stop(struct machine *machine, struct error *error);
/* Whether a breakpoint is there: some KVMs cannot run its instruction, and say so instead of stopping. */
bool debug_is_breakpoint(uint64_t pc);
int debug_interrupt(struct machine *machine, struct error *error);

/* The guest has halted, or broke a rule; it does not run any more. */
void debug_end(struct machine *machine, const char *program);
void debug_fail(struct machine *machine, const char *program);

#endif
