/*
 * What the helper may still do once it is set up: packets on sockets that it opens itself, in the families of the
 * internet, and nothing else. No files, no other processes, no new listeners.
 */
#ifndef TENDER_SLIRP_SANDBOX_H
#define TENDER_SLIRP_SANDBOX_H

#include "tender/error.h"

/* Gives up root, groups, capabilities and core dumps. Returns 0, or -1 with *error. */
int privileges_give_up(struct error *error);

/* Installs the seccomp filter: anything that is not in its table kills the process. Returns 0, or -1 with *error. */
int sandbox_enter(struct error *error);

#endif
