/*
 * What the helper may still do once it is set up: packets on sockets that it opens itself, in the families of the
 * internet, and nothing else. No files, no other processes, no new listeners.
 */
#ifndef TENDER_SLIRP_SANDBOX_H
#define TENDER_SLIRP_SANDBOX_H

#include "tender/error.h"

/*
 * What a guest can make the helper take: it keeps connections' buffers, and out of order segments and fragments until
 * their gaps are filled. Measured: 290 KiB for each of 1000 connections with full buffers. When the descriptors are used up
 * connections fail; when the memory is, which is room for more than those, the helper ends, and the guest's link is down.
 */
#define HELPER_DESCRIPTORS_MAX 3072
#define HELPER_BYTES_MAX (1ull << 30)

/* Gives up root, groups, capabilities, core dumps and memory beyond HELPER_BYTES_MAX. Returns 0, or -1 with *error. */
int privileges_give_up(struct error *error);

/* Installs the seccomp filter: anything that is not in its table kills the process. Returns 0, or -1 with *error. */
int sandbox_enter(struct error *error);

#endif
