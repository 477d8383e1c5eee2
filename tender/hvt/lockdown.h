/* Last stage before the guest runs: privileges, descriptors, the I/O thread and the filter. */
#ifndef TENDER_HVT_LOCKDOWN_H
#define TENDER_HVT_LOCKDOWN_H

#include "tender/hvt/machine.h"

/* Returns 0, or -1 with *error. A tender with a debugger keeps its privileges and has no filter. */
int lockdown_enter(struct machine *machine, const struct start *start, struct error *error);

/* io.c: starts the thread that serves the net ring while the guest runs. Returns 0, or -1 with *error. */
int io_start(struct machine *machine, const struct start *start, struct error *error);

/* signal.c: SIGINT and SIGTERM end the tender with a message and status 1. */
void signals_set(const struct start *start);

#endif
