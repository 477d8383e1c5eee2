/* tend trace: one line per system call, as strace(1) writes them, to the trace descriptor. */
#ifndef KERNEL_SYSCALL_TRACE_H
#define KERNEL_SYSCALL_TRACE_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/syscall/table.h"

#define TRACE_LINE_BYTES 512

/* A line that grows; on the stack of the traced call. */
struct trace {
	char line[TRACE_LINE_BYTES];
	size_t length;
};

bool trace_is_on(void);
/* Strings are read before the call: they may be gone behind it. */
void trace_enter(struct trace *trace, uint64_t number, const struct arguments *args);
void trace_leave(struct trace *trace, long result);
/* Instead, before a call that does not come back. */
void trace_leave_for_ever(struct trace *trace);
/* A line of its own: "--- SIGSEGV {si_addr=0x0} ---", "+++ exited with 1 +++". */
__attribute__((format(printf, 1, 2))) void trace_event(const char *format, ...);

#endif
