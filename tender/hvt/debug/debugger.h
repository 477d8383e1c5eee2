/* Inside solo5-hvt-debug: a debugger at the other end of a TCP connection, and core files. */
#ifndef TENDER_HVT_DEBUG_DEBUGGER_H
#define TENDER_HVT_DEBUG_DEBUGGER_H

#include "tender/hvt/debug/gdb.h"
#include "tender/hvt/machine.h"

/* Waits for a debugger to connect to that port of this machine and serves it until the guest may run. 0, or -1 with
 * *error. */
int debugger_attach(struct machine *machine, uint16_t port, struct error *error);

/* Whether one is there. */
bool debugger_is_attached(void);

/* The guest stopped: serves the debugger until it may go on. */
int debugger_serve(struct machine *machine, unsigned signal, struct error *error);

/* The guest runs and the host was interrupted: serves the debugger if it wants the guest to stop. */
int debugger_poll(struct machine *machine, struct error *error);

/* The guest has ended. */
void debugger_exited(unsigned status);

/* points.c: as struct gdb_target has it. Software breakpoints are bytes of the guest's code. */
int points_set(struct machine *machine, enum gdb_point type, uint64_t address, uint64_t size, bool is_set);
/* Whether there is a software breakpoint. */
bool points_has(uint64_t address);
/* Takes all of them back. */
void points_clear(struct machine *machine);
/* Lets the CPU run with the points set until now. 0 or -errno. */
long points_apply(const struct machine *machine, bool is_step);

/* Writes to guest memory, code included. */
bool debug_memory_write(struct machine *machine, uint64_t address, const void *from, size_t size);

/* Writes DIR/core.solo5-hvt.PID and says so. */
void core_write(const struct machine *machine, const char *folder, const char *program);

#endif
