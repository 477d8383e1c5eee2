/* Giving up what the tender was started with and its guest must not have. */
#ifndef TENDER_HOST_PRIVILEGES_H
#define TENDER_HOST_PRIVILEGES_H

#include <stdbool.h>

/* The uid and gid of a guest that root starts: Debian's and the kernel's "nobody". */
#define UNPRIVILEGED_ID 65534u

/*
 * For a tender whose uid is 0: becomes nobody, in no group. Leaves 0 where it is the id of somebody else outside of
 * this user namespace. Returns 0 or -errno.
 */
long identity_drop(void);

/* Drops all capabilities. Returns 0 or -errno. */
long capabilities_drop(void);

/* Switches core dumps off unless the caller asked for them by a limit; true if they are off. */
bool core_dumps_disable(void);

#endif
